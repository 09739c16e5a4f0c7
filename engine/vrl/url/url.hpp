#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace engine::vrl {

/// An absolute URL as the URL standard (url.spec.whatwg.org) reads and normalises it.
struct Url {
    std::string scheme;
    std::string username;
    std::string password;
    std::optional<std::string> host;
    /// Absent when it is the scheme's own.
    std::optional<std::uint16_t> port;
    std::string path;
    /// As written; not decoded.
    std::string query;
    std::optional<std::string> fragment;
};

/// The error is the reference's text.
[[nodiscard]] std::expected<Url, std::string_view> parse_absolute_url(std::string_view text);

/// The port of schemes such as `http`.
[[nodiscard]] std::optional<std::uint16_t> default_port(std::string_view scheme);

}  // namespace engine::vrl
