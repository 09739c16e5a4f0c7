#include "engine/codec/timestamp_format.hpp"

#include <cstring>

#include "engine/diagnostic/assert.hpp"

namespace engine {

namespace {

struct CivilDate {
    std::int64_t year;
    unsigned month;
    unsigned day;
};

/// Days since 1970-01-01 to a date; H. Hinnant, "chrono-Compatible Low-Level Date Algorithms".
CivilDate civil_from_days(std::int64_t days) {
    days += 719468;
    const std::int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    const auto day_of_era = static_cast<unsigned>(days - era * 146097);
    const unsigned year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    const unsigned day_of_year =
        day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const unsigned shifted_month = (5 * day_of_year + 2) / 153;
    const unsigned day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    const unsigned month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
    return {static_cast<std::int64_t>(year_of_era) + era * 400 + (month <= 2 ? 1 : 0), month, day};
}

char* write_digits(char* out, std::uint64_t value, std::size_t digits) {
    for (std::size_t i = digits; i > 0; --i) {
        out[i - 1] = static_cast<char>('0' + value % 10);
        value /= 10;
    }
    return out + digits;
}

std::int64_t floor_division(std::int64_t value, std::int64_t divisor) {
    return value / divisor - (value % divisor < 0 ? 1 : 0);
}

Value scaled(Timestamp timestamp, std::int64_t units, std::uint32_t nanoseconds_per_unit) {
    std::int64_t number = 0;
    if (__builtin_mul_overflow(timestamp.seconds, units, &number) ||
        __builtin_add_overflow(
            number, static_cast<std::int64_t>(timestamp.nanoseconds / nanoseconds_per_unit),
            &number)) {
        return Value::null();
    }
    return Value::integer(number);
}

}  // namespace

void write_rfc3339(Timestamp timestamp, ByteBuffer& out) {
    constexpr std::int64_t seconds_per_day = 86400;
    const std::int64_t days = floor_division(timestamp.seconds, seconds_per_day);
    const auto second = static_cast<std::uint64_t>(timestamp.seconds - days * seconds_per_day);
    const CivilDate date = civil_from_days(days);
    char* begin = out.room(64);
    char* next = begin;
    std::uint64_t year = static_cast<std::uint64_t>(date.year);
    std::size_t year_digits = 4;
    if (date.year < 0 || date.year > 9999) {
        // ISO 8601 wants a sign on years that do not have four digits.
        *next++ = date.year < 0 ? '-' : '+';
        year = date.year < 0 ? 0 - year : year;
        for (std::uint64_t rest = year / 10000; rest > 0; rest /= 10) {
            ++year_digits;
        }
    }
    next = write_digits(next, year, year_digits);
    *next++ = '-';
    next = write_digits(next, date.month, 2);
    *next++ = '-';
    next = write_digits(next, date.day, 2);
    *next++ = 'T';
    next = write_digits(next, second / 3600, 2);
    *next++ = ':';
    next = write_digits(next, second / 60 % 60, 2);
    *next++ = ':';
    next = write_digits(next, second % 60, 2);
    if (const std::uint32_t fraction = timestamp.nanoseconds; fraction != 0) {
        *next++ = '.';
        if (fraction % 1'000'000 == 0) {
            next = write_digits(next, fraction / 1'000'000, 3);
        } else if (fraction % 1'000 == 0) {
            next = write_digits(next, fraction / 1'000, 6);
        } else {
            next = write_digits(next, fraction, 9);
        }
    }
    *next++ = 'Z';
    out.commit_to(next);
}

Value timestamp_number(Timestamp timestamp, TimestampFormat format) {
    switch (format) {
        case TimestampFormat::Unix:
            return Value::integer(timestamp.seconds);
        case TimestampFormat::UnixMs:
            return scaled(timestamp, 1'000, 1'000'000);
        case TimestampFormat::UnixUs:
            return scaled(timestamp, 1'000'000, 1'000);
        case TimestampFormat::UnixNs:
            return scaled(timestamp, 1'000'000'000, 1);
        case TimestampFormat::UnixFloat: {
            const Value microseconds = scaled(timestamp, 1'000'000, 1'000);
            return microseconds.is_null()
                       ? microseconds
                       : Value::floating(static_cast<double>(microseconds.as_integer()) / 1e6);
        }
        case TimestampFormat::Rfc3339:
            break;
    }
    ENGINE_ASSERT(false, "callers write RFC 3339 as text");
    return Value::null();
}

}  // namespace engine
