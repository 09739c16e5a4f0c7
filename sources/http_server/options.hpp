#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "engine/codec/decoding_options.hpp"
#include "engine/config/options.hpp"
#include "engine/config/shared_options.hpp"
#include "engine/io/tls.hpp"

namespace engine::sources::http_server {

/// `auth.strategy = "basic"`.
struct BasicAuth {
    std::string username;
    std::string password;
};
/// `auth.strategy = "custom"`: a VRL condition over `.headers`, `.path` and `.address`.
struct CustomAuth {
    config::Located<std::string> source;
};
using Auth = std::variant<BasicAuth, CustomAuth>;

struct Keepalive {
    std::chrono::seconds max_connection_age{300};
    double max_connection_age_jitter = 0.1;
};

/// What one undecodable frame of a body means for the rest of it.
enum class OnDecodeError { Reject, Skip };
/// Older name of `decoding`; has had no effect for long.
enum class BodyEncoding { Text, Ndjson, Json, Binary };
/// When the answer is given.
enum class ResponseMode { Accept };

constexpr const char* any_method = "ANY";

/// Options of the source. Plain values.
struct Options {
    config::Located<std::string> address;
    std::string path = "/";
    bool strict_path = true;
    std::string method = "POST";
    std::string path_key = "path";
    std::string host_key;
    std::vector<std::string> headers;
    std::vector<std::string> query_parameters;
    std::uint16_t response_code = 200;
    std::optional<Auth> auth;
    std::optional<BodyEncoding> encoding;
    std::optional<DecodingOptions> decoding;
    std::optional<FramingOptions> framing;
    OnDecodeError on_decode_error = OnDecodeError::Reject;
    ResponseMode response_mode = ResponseMode::Accept;
    Keepalive keepalive;
    io::TlsOptions tls;
    std::optional<bool> log_namespace;
    config::AcknowledgementsOptions acknowledgements;

    /// Whether the user has said what events bodies are made of.
    [[nodiscard]] bool names_codec() const { return decoding || framing || encoding; }
};

[[nodiscard]] config::OptionTable<Options> options();

}  // namespace engine::sources::http_server
