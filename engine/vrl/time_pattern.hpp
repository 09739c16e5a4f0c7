#pragma once

#include <absl/time/time.h>

#include <array>
#include <cstdint>
#include <expected>
#include <string_view>

#include "engine/event/value.hpp"

namespace engine::vrl {

/// A format of `parse_time`, read once instead of for each text. A date and a time of day, each
/// part once, become steps that read the ordinary texts; what they do not take, and other formats,
/// is left to `parse_time`, which remains the definition. Owns nothing: the format must outlive it.
/// Cheap to make, immutable; any thread may parse with it.
class TimePattern {
public:
    explicit TimePattern(std::string_view format);

    [[nodiscard]] std::string_view format() const { return format_; }
    /// As `parse_time` does.
    [[nodiscard]] std::expected<Timestamp, std::string_view> parse(
        std::string_view text, const absl::TimeZone& zone) const;

    /// What is read next. Public for the reader.
    enum class Action : std::uint8_t {
        Year,
        YearOfCentury,
        Month,
        MonthName,
        Day,
        Weekday,
        Hour,
        Minute,
        Second,
        Fraction,        // with its dot, or nothing
        FractionDigits,  // as many as `character` says
        Offset,
        ZuluOrOffset,
        DateEnd,  // `T`, `t` or a space
        Spaces,
        Character,
    };
    struct Step {
        Action action;
        char character;
    };

private:
    bool add(Action action, char character = '\0');
    bool add_all(std::string_view format);
    bool add_specifier(std::string_view& rest);
    bool add_fraction_or_offset(std::string_view& rest);
    bool add_simple(char c);

    static constexpr std::size_t capacity = 32;
    std::string_view format_;
    std::array<Step, capacity> steps_;
    std::uint8_t count_ = 0;
    std::uint32_t given_ = 0;  // a bit for each action
};

}  // namespace engine::vrl
