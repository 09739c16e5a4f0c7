#pragma once

#include <absl/time/civil_time.h>
#include <absl/time/time.h>

#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>

#include "engine/event/value.hpp"

namespace engine::vrl {

/// Why a text is no time: chrono's error texts.
namespace time_error {
inline constexpr std::string_view out_of_range = "input is out of range";
inline constexpr std::string_view impossible = "no possible date and time matching input";
inline constexpr std::string_view not_enough = "input is not enough for unique date and time";
inline constexpr std::string_view invalid = "input contains invalid characters";
inline constexpr std::string_view too_short = "premature end of input";
inline constexpr std::string_view too_long = "trailing input";
inline constexpr std::string_view bad_format = "bad or unsupported format string";
}  // namespace time_error

/// What a text said about a time, and the one time that agrees with all of it. On the stack of
/// one parse.
class CivilFields {
public:
    /// An empty text: success.
    using Outcome = std::string_view;
    template <typename T>
    using Parsed = std::expected<T, std::string_view>;

    enum Field : std::uint8_t {
        Year,
        Century,
        YearOfCentury,
        IsoYear,
        IsoCentury,
        IsoYearOfCentury,
        Quarter,
        Month,
        WeekFromSunday,
        WeekFromMonday,
        IsoWeek,
        Weekday,  // 0 is Monday
        DayOfYear,
        Day,
        HalfDay,
        HourOfHalf,
        Minute,
        Second,
        Nanosecond,
        UnixSeconds,
        Offset,
        FieldCount,
    };

    /// Refuses what is out of the field's range, and a second value that differs from the first.
    [[nodiscard]] Outcome set(Field field, std::int64_t value);
    [[nodiscard]] Outcome set_hour(std::int64_t hour);
    [[nodiscard]] Outcome set_hour12(std::int64_t hour);

    /// By the offset that the text has.
    [[nodiscard]] Parsed<Timestamp> at_own_offset() const;
    [[nodiscard]] Parsed<Timestamp> in(const absl::TimeZone& zone) const;

private:
    /// Local date and time; `nanoseconds` may be a leap second's (a billion and more).
    struct Local {
        absl::CivilSecond second;
        std::uint32_t nanoseconds = 0;
    };
    [[nodiscard]] Parsed<std::optional<std::int64_t>> year(Field whole, Field century,
                                                           Field of_century) const;
    [[nodiscard]] Parsed<absl::CivilDay> date() const;
    [[nodiscard]] Parsed<std::optional<absl::CivilDay>> candidate(
        std::optional<std::int64_t> year, std::optional<std::int64_t> iso_year) const;
    [[nodiscard]] bool agrees(absl::CivilDay day) const;
    [[nodiscard]] Parsed<Local> local(std::int64_t offset) const;
    [[nodiscard]] Parsed<Local> from_unix_seconds(std::int64_t offset) const;
    [[nodiscard]] const std::optional<std::int64_t>& get(Field field) const {
        return fields_[field];
    }
    [[nodiscard]] bool is(Field field, std::int64_t value) const {
        return !fields_[field] || *fields_[field] == value;
    }

    std::optional<std::int64_t> fields_[FieldCount];
};

}  // namespace engine::vrl
