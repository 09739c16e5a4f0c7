#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace engine::vrl {

/// The pairs of `a=1&b=2` in order, decoded as the URL standard has it ("urlencoded parsing"):
/// `+` is a space, malformed escapes stay, malformed UTF-8 becomes U+FFFD.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> parse_form_urlencoded(
    std::string_view text);

}  // namespace engine::vrl
