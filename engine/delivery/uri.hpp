#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/diagnostic/error.hpp"
#include "engine/io/http_client.hpp"

namespace engine::delivery {

/// An http or https URI, taken apart. A plain value.
struct Uri {
    io::Endpoint endpoint;
    std::string user;
    std::string password;
    bool has_credentials = false;
    std::string path = "/";
    std::string query;  // without the question mark

    /// Scheme, host and port must be there, but for the scheme (http) and the port (80, 443). The
    /// fragment is dropped. Errors as the reference words them.
    [[nodiscard]] static Result<Uri> parse(std::string_view text);

    /// Path and query as they go on the wire.
    [[nodiscard]] std::string target() const { return query.empty() ? path : path + "?" + query; }
};

/// Whether the path has a segment `..`, also percent-encoded.
[[nodiscard]] bool has_parent_segment(std::string_view path);

/// Standard alphabet, padded (RFC 4648, section 4).
[[nodiscard]] std::string encode_base64(std::string_view bytes);

/// Whether the text may be a header's name (a token), or its value (no control characters).
[[nodiscard]] bool is_header_name(std::string_view text);
[[nodiscard]] bool is_header_value(std::string_view text);

}  // namespace engine::delivery
