#include "engine/vrl/civil_fields.hpp"

#include "engine/vrl/strptime.hpp"

namespace engine::vrl {

namespace {

constexpr std::int64_t least_year = -262143;
constexpr std::int64_t greatest_year = 262142;
constexpr std::uint32_t leap_second = 1'000'000'000;

struct Range {
    std::int64_t least;
    std::int64_t greatest;
};

Range range_of(CivilFields::Field field) {
    switch (field) {
        case CivilFields::Century:
        case CivilFields::IsoCentury:
            return {0, INT32_MAX};
        case CivilFields::YearOfCentury:
        case CivilFields::IsoYearOfCentury:
            return {0, 99};
        case CivilFields::Quarter:
            return {1, 4};
        case CivilFields::Month:
            return {1, 12};
        case CivilFields::WeekFromSunday:
        case CivilFields::WeekFromMonday:
            return {0, 53};
        case CivilFields::IsoWeek:
            return {1, 53};
        case CivilFields::Weekday:
            return {0, 6};
        case CivilFields::DayOfYear:
            return {1, 366};
        case CivilFields::Day:
            return {1, 31};
        case CivilFields::HalfDay:
            return {0, 1};
        case CivilFields::HourOfHalf:
            return {0, 11};
        case CivilFields::Minute:
            return {0, 59};
        case CivilFields::Second:
            return {0, 60};
        case CivilFields::Nanosecond:
            return {0, 999'999'999};
        case CivilFields::UnixSeconds:
            return {INT64_MIN, INT64_MAX};
        default:
            return {INT32_MIN, INT32_MAX};
    }
}

/// 0 is Monday.
int weekday_of(absl::CivilDay day) {
    return static_cast<int>(absl::GetWeekday(day));
}

absl::CivilDay iso_week_begin(std::int64_t year, std::int64_t week) {
    const absl::CivilDay fourth(year, 1, 4);  // always in week 1
    return fourth - weekday_of(fourth) + (week - 1) * 7;
}

struct IsoWeekDate {
    std::int64_t year;
    std::int64_t week;
};

IsoWeekDate iso_week_of(absl::CivilDay day) {
    const absl::CivilDay thursday = day + (3 - weekday_of(day));
    return {thursday.year(), (absl::GetYearDay(thursday) - 1) / 7 + 1};
}

bool has_year(std::int64_t year) {
    return year >= least_year && year <= greatest_year;
}

}  // namespace

bool is_representable_second(std::int64_t seconds) {
    constexpr std::int64_t least = -8'334'601'228'800;
    constexpr std::int64_t greatest = 8'210'266'876'799;
    return seconds >= least && seconds <= greatest;
}

CivilFields::Outcome CivilFields::set(Field field, std::int64_t value) {
    const Range range = range_of(field);
    if (value < range.least || value > range.greatest) {
        return time_error::out_of_range;
    }
    if (!is(field, value)) {
        return time_error::impossible;
    }
    fields_[field] = value;
    return {};
}

CivilFields::Outcome CivilFields::set_hour(std::int64_t hour) {
    if (hour > 23) {
        return time_error::out_of_range;
    }
    const Outcome outcome = set(HalfDay, hour / 12);
    return outcome.empty() ? set(HourOfHalf, hour % 12) : outcome;
}

CivilFields::Outcome CivilFields::set_hour12(std::int64_t hour) {
    return hour < 1 || hour > 12 ? time_error::out_of_range : set(HourOfHalf, hour % 12);
}

CivilFields::Parsed<std::optional<std::int64_t>> CivilFields::year(Field whole, Field century,
                                                                   Field of_century) const {
    const auto& q = get(century);
    const auto& r = get(of_century);
    if (const auto& y = get(whole); y) {
        if (!q && !r) {
            return y;
        }
        if (*y < 0) {
            return std::unexpected(time_error::out_of_range);
        }
        if (!is(century, *y / 100) || !is(of_century, *y % 100)) {
            return std::unexpected(time_error::impossible);
        }
        return y;
    }
    if (q) {
        if (!r) {
            return std::unexpected(time_error::not_enough);
        }
        return *q * 100 + *r;
    }
    if (r) {
        return *r + (*r < 70 ? 2000 : 1900);
    }
    return std::optional<std::int64_t>();
}

CivilFields::Parsed<std::optional<absl::CivilDay>> CivilFields::candidate(
    std::optional<std::int64_t> year, std::optional<std::int64_t> iso_year) const {
    if ((year && !has_year(*year)) || (iso_year && !has_year(*iso_year))) {
        return std::unexpected(time_error::out_of_range);
    }
    if (year && get(Month) && get(Day)) {
        const absl::CivilDay day(*year, *get(Month), *get(Day));
        if (day.month() != *get(Month)) {
            return std::unexpected(time_error::out_of_range);
        }
        return day;
    }
    if (year && get(DayOfYear)) {
        const absl::CivilDay day = absl::CivilDay(*year, 1, 1) + (*get(DayOfYear) - 1);
        if (day.year() != *year) {
            return std::unexpected(time_error::out_of_range);
        }
        return day;
    }
    for (const Field week : {WeekFromSunday, WeekFromMonday}) {
        if (!year || !get(week) || !get(Weekday)) {
            continue;
        }
        const absl::CivilDay first(*year, 1, 1);
        const int shift = week == WeekFromSunday ? 1 : 0;
        const std::int64_t first_week_begin = (7 - (weekday_of(first) + shift) % 7) % 7;
        const absl::CivilDay day =
            first + first_week_begin + (*get(week) - 1) * 7 + (*get(Weekday) + shift) % 7;
        if (day.year() != *year) {
            return std::unexpected(time_error::out_of_range);
        }
        return day;
    }
    if (iso_year && get(IsoWeek) && get(Weekday)) {
        const absl::CivilDay day = iso_week_begin(*iso_year, *get(IsoWeek)) + *get(Weekday);
        if (iso_week_of(day).year != *iso_year) {
            return std::unexpected(time_error::out_of_range);
        }
        return day;
    }
    return std::optional<absl::CivilDay>();
}

bool CivilFields::agrees(absl::CivilDay day) const {
    const IsoWeekDate iso = iso_week_of(day);
    const int year_day = absl::GetYearDay(day);
    const int weekday = weekday_of(day);
    const auto century_agrees = [&](Field whole, Field century, Field rest, std::int64_t year) {
        return is(whole, year) && (year < 0 ? !get(century) && !get(rest)
                                            : is(century, year / 100) && is(rest, year % 100));
    };
    const bool two_digits_only = !get(Year) && !get(Century);
    return (two_digits_only ? is(YearOfCentury, day.year() % 100)
                            : century_agrees(Year, Century, YearOfCentury, day.year())) &&
           century_agrees(IsoYear, IsoCentury, IsoYearOfCentury, iso.year) &&
           is(Quarter, (day.month() + 2) / 3) && is(Month, day.month()) && is(Day, day.day()) &&
           is(DayOfYear, year_day) && is(IsoWeek, iso.week) && is(Weekday, weekday) &&
           is(WeekFromSunday, (year_day + 6 - (weekday + 1) % 7) / 7) &&
           is(WeekFromMonday, (year_day + 6 - weekday) / 7);
}

CivilFields::Parsed<absl::CivilDay> CivilFields::date() const {
    const auto own_year = year(Year, Century, YearOfCentury);
    if (!own_year) {
        return std::unexpected(own_year.error());
    }
    const auto iso_year = year(IsoYear, IsoCentury, IsoYearOfCentury);
    if (!iso_year) {
        return std::unexpected(iso_year.error());
    }
    const auto day = candidate(*own_year, *iso_year);
    if (!day) {
        return std::unexpected(day.error());
    }
    if (!*day) {
        return std::unexpected(time_error::not_enough);
    }
    if (!agrees(**day)) {
        return std::unexpected(time_error::impossible);
    }
    return **day;
}

CivilFields::Parsed<CivilFields::Local> CivilFields::from_unix_seconds(std::int64_t offset) const {
    const std::int64_t at = *get(UnixSeconds);
    if (!is_representable_second(at)) {
        return std::unexpected(time_error::out_of_range);
    }
    Local result{absl::ToCivilSecond(absl::FromUnixSeconds(at + offset), absl::UTCTimeZone()),
                 static_cast<std::uint32_t>(get(Nanosecond).value_or(0))};
    const auto& cs = result.second;
    const bool agree = agrees(absl::CivilDay(cs)) && is(HalfDay, cs.hour() / 12) &&
                       is(HourOfHalf, cs.hour() % 12) && is(Minute, cs.minute()) &&
                       is(Second, cs.second());
    if (!agree) {
        return std::unexpected(time_error::impossible);
    }
    return result;
}

CivilFields::Parsed<CivilFields::Local> CivilFields::local(std::int64_t offset) const {
    const Parsed<absl::CivilDay> day = date();
    const bool has_time =
        get(HalfDay) && get(HourOfHalf) && get(Minute) && (get(Second) || !get(Nanosecond));
    if (!day || !has_time) {
        if (get(UnixSeconds) && (!day ? day.error() == time_error::not_enough : true)) {
            return from_unix_seconds(offset);
        }
        return std::unexpected(day ? time_error::not_enough : day.error());
    }
    const std::int64_t second = get(Second).value_or(0);
    const bool is_leap = second == 60;
    Local result{
        absl::CivilSecond(day->year(), day->month(), day->day(),
                          *get(HalfDay) * 12 + *get(HourOfHalf), *get(Minute),
                          is_leap ? 59 : second),
        static_cast<std::uint32_t>(get(Nanosecond).value_or(0)) + (is_leap ? leap_second : 0)};
    const std::int64_t unix_seconds =
        absl::ToUnixSeconds(absl::FromCivil(result.second, absl::UTCTimeZone())) - offset;
    if (!is(UnixSeconds, unix_seconds)) {
        return std::unexpected(time_error::impossible);
    }
    return result;
}

CivilFields::Parsed<Timestamp> CivilFields::at_own_offset() const {
    if (!get(Offset) && !get(UnixSeconds)) {
        return std::unexpected(time_error::not_enough);
    }
    const std::int64_t offset = get(Offset).value_or(0);
    const Parsed<Local> local_time = local(offset);
    if (!local_time) {
        return std::unexpected(local_time.error());
    }
    constexpr std::int64_t seconds_per_day = 86400;
    if (offset <= -seconds_per_day || offset >= seconds_per_day) {
        return std::unexpected(time_error::out_of_range);
    }
    const std::int64_t seconds =
        absl::ToUnixSeconds(absl::FromCivil(local_time->second, absl::UTCTimeZone())) - offset;
    if (!is_representable_second(seconds)) {
        return std::unexpected(time_error::out_of_range);
    }
    return Timestamp{seconds, local_time->nanoseconds};
}

CivilFields::Parsed<Timestamp> CivilFields::in(const absl::TimeZone& zone) const {
    std::int64_t guessed = 0;
    if (get(UnixSeconds)) {
        if (!is_representable_second(*get(UnixSeconds))) {
            return std::unexpected(time_error::out_of_range);
        }
        guessed = zone.At(absl::FromUnixSeconds(*get(UnixSeconds))).offset;
    }
    const Parsed<Local> local_time = local(guessed);
    if (!local_time) {
        return std::unexpected(local_time.error());
    }
    if (get(UnixSeconds)) {
        return Timestamp{*get(UnixSeconds), local_time->nanoseconds};
    }
    const absl::TimeZone::TimeInfo info = zone.At(local_time->second);
    if (info.kind == absl::TimeZone::TimeInfo::SKIPPED) {
        return std::unexpected(time_error::impossible);
    }
    if (info.kind == absl::TimeZone::TimeInfo::REPEATED) {
        return std::unexpected(time_error::not_enough);
    }
    return Timestamp{absl::ToUnixSeconds(info.pre), local_time->nanoseconds};
}

}  // namespace engine::vrl
