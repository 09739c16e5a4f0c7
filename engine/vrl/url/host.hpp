#pragma once

#include <expected>
#include <string>
#include <string_view>

namespace engine::vrl {

/// The host of a URL of a special scheme (`http` …) in its normal form: a domain in ASCII, or an
/// address. The error is the reference's text.
[[nodiscard]] std::expected<std::string, std::string_view> normalize_host(std::string_view host);
/// The host of another URL: an address in brackets, or any text, with escapes where needed.
[[nodiscard]] std::expected<std::string, std::string_view> normalize_opaque_host(
    std::string_view host);

}  // namespace engine::vrl
