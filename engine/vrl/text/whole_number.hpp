#pragma once

#include <charconv>
#include <optional>
#include <string_view>

namespace engine::vrl {

/// The number that all of the text writes, with an optional sign; none when it is out of range.
template <typename Number>
[[nodiscard]] std::optional<Number> whole_number(std::string_view text) {
    if (text.starts_with('+') && !text.starts_with("+-")) {
        text.remove_prefix(1);
    }
    Number number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) {
        return std::nullopt;
    }
    return number;
}

}  // namespace engine::vrl
