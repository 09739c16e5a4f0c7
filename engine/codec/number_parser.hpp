#pragma once

#include <charconv>
#include <concepts>
#include <expected>
#include <optional>
#include <string_view>

namespace engine {

/// A decimal number as the reference reads it: `+1`, `.5`, `1.`, `1e5`, `inf`, `NaN`; too large
/// ones become infinite, too small ones zero.
[[nodiscard]] std::optional<double> parse_decimal(std::string_view text);

/// A whole number, one sign allowed. The error is the reference's text.
template <std::integral Integer>
[[nodiscard]] std::expected<Integer, std::string_view> parse_whole(std::string_view text) {
    std::string_view digits = text;
    if (digits.starts_with('+') && digits.size() > 1 && digits[1] != '-') {
        digits.remove_prefix(1);
    }
    Integer number = 0;
    const char* const end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, number);
    if (error == std::errc{} && stop == end) {
        return number;
    }
    if (text.empty()) {
        return std::unexpected("cannot parse integer from empty string");
    }
    if (error == std::errc::result_out_of_range && stop == end) {
        return std::unexpected(text.starts_with('-') ? "number too small to fit in target type"
                                                     : "number too large to fit in target type");
    }
    return std::unexpected("invalid digit found in string");
}

}  // namespace engine
