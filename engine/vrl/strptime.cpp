#include "engine/vrl/strptime.hpp"

#include <array>
#include <limits>

#include "engine/vrl/civil_fields.hpp"

namespace engine::vrl {

namespace {

using Fields = CivilFields;

constexpr std::array<std::string_view, 7> day_names = {
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"};
constexpr std::array<std::string_view, 12> month_names = {
    "january", "february", "march",     "april",   "may",      "june",
    "july",    "august",   "september", "october", "november", "december"};
constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_space(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/// Whether the text begins with these lower-case letters, in any case.
bool starts_with_letters(std::string_view text, std::string_view letters) {
    if (text.size() < letters.size()) {
        return false;
    }
    for (std::size_t i = 0; i < letters.size(); ++i) {
        if ((text[i] | 0x20) != letters[i]) {
            return false;
        }
    }
    return true;
}

/// Reads one text by one format. Every step returns its error, or an empty text.
class TimeParser {
public:
    explicit TimeParser(std::string_view text) : rest_(text) {}

    [[nodiscard]] std::string_view parse(std::string_view format) {
        for (std::size_t i = 0; i < format.size();) {
            std::string_view error;
            if (format[i] == '%') {
                error = specifier(format, ++i);
            } else if (is_space(format[i])) {
                skip_spaces();
                ++i;
            } else {
                error = literal(format[i++]);
            }
            if (!error.empty()) {
                return error;
            }
        }
        return {};
    }

    [[nodiscard]] std::expected<Timestamp, std::string_view> result(
        const absl::TimeZone& zone) const {
        if (!rest_.empty()) {
            return std::unexpected(time_error::too_long);
        }
        return names_zone_ ? fields_.at_own_offset() : fields_.in(zone);
    }

private:
    enum class Sign { No, Yes };
    enum class Colon { Optional, Required };
    enum class Zulu { No, Yes };
    enum class Minutes { Required, Optional };

    void skip_spaces() {
        while (!rest_.empty() && is_space(rest_.front())) {
            rest_.remove_prefix(1);
        }
    }

    std::string_view literal(char c) {
        if (rest_.empty()) {
            return time_error::too_short;
        }
        if (rest_.front() != c) {
            return time_error::invalid;
        }
        rest_.remove_prefix(1);
        return {};
    }

    std::string_view digits(std::size_t least, std::size_t most, std::int64_t& value) {
        if (rest_.size() < least) {
            return time_error::too_short;
        }
        value = 0;
        std::size_t i = 0;
        for (; i < rest_.size() && i < most && is_digit(rest_[i]); ++i) {
            if (__builtin_mul_overflow(value, 10, &value) ||
                __builtin_add_overflow(value, rest_[i] - '0', &value)) {
                return time_error::out_of_range;
            }
        }
        if (i < least) {
            return time_error::invalid;
        }
        rest_.remove_prefix(i);
        return {};
    }

    std::string_view number(Fields::Field field, std::size_t width, Sign sign = Sign::No) {
        std::int64_t value = 0;
        const std::string_view error = read_number(width, sign, value);
        return error.empty() ? fields_.set(field, value) : error;
    }

    std::string_view read_number(std::size_t width, Sign sign, std::int64_t& value) {
        skip_spaces();
        const char first = rest_.empty() ? '\0' : rest_.front();
        if (sign == Sign::No || (first != '-' && first != '+')) {
            return digits(1, width, value);
        }
        rest_.remove_prefix(1);
        const std::string_view error = digits(1, unlimited, value);
        value = first == '-' ? -value : value;
        return error;
    }

    template <std::size_t Count>
    std::string_view name(const std::array<std::string_view, Count>& names, bool may_be_long,
                          Fields::Field field, std::int64_t first) {
        if (rest_.size() < 3) {
            return time_error::too_short;
        }
        for (std::size_t i = 0; i < Count; ++i) {
            if (!starts_with_letters(rest_, names[i].substr(0, 3))) {
                continue;
            }
            const bool is_long = may_be_long && starts_with_letters(rest_, names[i]);
            rest_.remove_prefix(is_long ? names[i].size() : 3);
            return fields_.set(field, first + static_cast<std::int64_t>(i));
        }
        return time_error::invalid;
    }

    std::string_view half_day() {
        if (rest_.size() < 2) {
            return time_error::too_short;
        }
        const bool is_am = starts_with_letters(rest_, "am");
        if (!is_am && !starts_with_letters(rest_, "pm")) {
            return time_error::invalid;
        }
        rest_.remove_prefix(2);
        return fields_.set(Fields::HalfDay, is_am ? 0 : 1);
    }

    /// `.123`, or nothing.
    std::string_view fraction() {
        if (!rest_.starts_with('.')) {
            return {};
        }
        rest_.remove_prefix(1);
        return fraction_digits(1, 9);
    }

    std::string_view fraction_digits(std::size_t least, std::size_t most) {
        const std::size_t before = rest_.size();
        std::int64_t value = 0;
        if (const std::string_view error = digits(least, most, value); !error.empty()) {
            return error;
        }
        for (std::size_t read = before - rest_.size(); read < 9; ++read) {
            value *= 10;
        }
        while (least == 1 && !rest_.empty() && is_digit(rest_.front())) {
            rest_.remove_prefix(1);
        }
        return fields_.set(Fields::Nanosecond, value);
    }

    std::string_view offset(Colon colon, Zulu zulu, Minutes minutes_rule) {
        names_zone_ = true;
        if (zulu == Zulu::Yes && !rest_.empty() && (rest_[0] == 'Z' || rest_[0] == 'z')) {
            rest_.remove_prefix(1);
            return fields_.set(Fields::Offset, 0);
        }
        constexpr std::string_view minus_sign = "\u2212";
        const bool is_typographic = rest_.starts_with(minus_sign);
        if (rest_.empty()) {
            return time_error::too_short;
        }
        if (!is_typographic && rest_[0] != '+' && rest_[0] != '-') {
            return time_error::invalid;
        }
        const bool is_negative = is_typographic || rest_[0] == '-';
        rest_.remove_prefix(is_typographic ? minus_sign.size() : 1);
        std::int64_t hours = 0;
        std::int64_t minutes = 0;
        if (const std::string_view error = digits(2, 2, hours); !error.empty()) {
            return error;
        }
        if (colon == Colon::Required) {
            if (const std::string_view error = literal(':'); !error.empty()) {
                return error;
            }
        } else {
            while (!rest_.empty() && (rest_[0] == ':' || is_space(rest_[0]))) {
                rest_.remove_prefix(1);
            }
        }
        if (minutes_rule == Minutes::Required || !rest_.empty()) {
            if (const std::string_view error = digits(2, 2, minutes); !error.empty()) {
                return error;
            }
        }
        if (minutes > 59) {
            return time_error::out_of_range;
        }
        const std::int64_t seconds = hours * 3600 + minutes * 60;
        return fields_.set(Fields::Offset, is_negative ? -seconds : seconds);
    }

    std::string_view rfc3339() {
        std::string_view error = parse("%Y-%m-%d");
        if (!error.empty()) {
            return error;
        }
        if (rest_.empty()) {
            return time_error::too_short;
        }
        if (std::string_view("Tt ").find(rest_.front()) == std::string_view::npos) {
            return time_error::invalid;
        }
        rest_.remove_prefix(1);
        error = parse("%H:%M:%S%.f");
        return error.empty() ? offset(Colon::Required, Zulu::Yes, Minutes::Required) : error;
    }

    std::string_view zone_name() {
        names_zone_ = true;
        while (!rest_.empty() && !is_space(rest_.front())) {
            rest_.remove_prefix(1);
        }
        return {};
    }

    std::string_view specifier(std::string_view format, std::size_t& i) {
        bool has_padding = false;
        if (i < format.size() &&
            std::string_view("-_0").find(format[i]) != std::string_view::npos) {
            has_padding = true;
            ++i;
        }
        if (i >= format.size()) {
            return time_error::bad_format;
        }
        const std::string_view rest = format.substr(i);
        if (!has_padding) {
            for (const std::string_view form : {".3f", ".6f", ".9f", ".f"}) {
                if (rest.starts_with(form)) {
                    i += form.size();
                    return fraction();
                }
            }
            if (rest.size() > 1 && rest[1] == 'f' &&
                (rest[0] == '3' || rest[0] == '6' || rest[0] == '9')) {
                i += 2;
                const auto width = static_cast<std::size_t>(rest[0] - '0');
                return fraction_digits(width, width);
            }
            for (const std::string_view form : {":::z", "::z", ":z", "z", "#z"}) {
                if (rest.starts_with(form)) {
                    i += form.size();
                    skip_spaces();
                    return form == "#z" ? offset(Colon::Optional, Zulu::Yes, Minutes::Optional)
                                        : offset(Colon::Optional, Zulu::No, Minutes::Required);
                }
            }
        }
        ++i;
        return simple(rest[0]);
    }

    std::string_view simple(char c) {
        switch (c) {
            case 'Y':
                return number(Fields::Year, 4, Sign::Yes);
            case 'C':
                return number(Fields::Century, 2);
            case 'y':
                return number(Fields::YearOfCentury, 2);
            case 'G':
                return number(Fields::IsoYear, 4, Sign::Yes);
            case 'g':
                return number(Fields::IsoYearOfCentury, 2);
            case 'q':
                return number(Fields::Quarter, 1);
            case 'm':
                return number(Fields::Month, 2);
            case 'd':
            case 'e':
                return number(Fields::Day, 2);
            case 'j':
                return number(Fields::DayOfYear, 3);
            case 'U':
                return number(Fields::WeekFromSunday, 2);
            case 'W':
                return number(Fields::WeekFromMonday, 2);
            case 'V':
                return number(Fields::IsoWeek, 2);
            case 'b':
            case 'h':
                return name(month_names, false, Fields::Month, 1);
            case 'B':
                return name(month_names, true, Fields::Month, 1);
            case 'a':
                return name(day_names, false, Fields::Weekday, 0);
            case 'A':
                return name(day_names, true, Fields::Weekday, 0);
            case 'u':
            case 'w':
                return weekday(c);
            default:
                return clock(c);
        }
    }

    std::string_view weekday(char c) {
        std::int64_t value = 0;
        if (const std::string_view error = read_number(1, Sign::No, value); !error.empty()) {
            return error;
        }
        const bool from_sunday = c == 'w';
        if (value > (from_sunday ? 6 : 7) || (!from_sunday && value == 0)) {
            return time_error::out_of_range;
        }
        return fields_.set(Fields::Weekday, (value + 6) % 7);
    }

    std::string_view hour(bool is_half) {
        std::int64_t value = 0;
        const std::string_view error = read_number(2, Sign::No, value);
        if (!error.empty()) {
            return error;
        }
        return is_half ? fields_.set_hour12(value) : fields_.set_hour(value);
    }

    std::string_view clock(char c) {
        switch (c) {
            case 'H':
            case 'k':
                return hour(false);
            case 'I':
            case 'l':
                return hour(true);
            case 'p':
            case 'P':
                return half_day();
            case 'M':
                return number(Fields::Minute, 2);
            case 'S':
                return number(Fields::Second, 2);
            case 'f':
                return number(Fields::Nanosecond, 9);
            case 's':
                return number(Fields::UnixSeconds, unlimited);
            case 'Z':
                return zone_name();
            case 't':
            case 'n':
                skip_spaces();
                return {};
            case '%':
                return literal('%');
            default:
                return composite(c);
        }
    }

    std::string_view composite(char c) {
        switch (c) {
            case 'D':
            case 'x':
                return parse("%m/%d/%y");
            case 'F':
                return parse("%Y-%m-%d");
            case 'v':
                return parse("%e-%b-%Y");
            case 'R':
                return parse("%H:%M");
            case 'T':
            case 'X':
                return parse("%H:%M:%S");
            case 'r':
                return parse("%I:%M:%S %p");
            case 'c':
                return parse("%a %b %e %H:%M:%S %Y");
            case '+':
                return rfc3339();
            default:
                return time_error::bad_format;
        }
    }

    std::string_view rest_;
    Fields fields_;
    bool names_zone_ = false;
};

}  // namespace

std::expected<Timestamp, std::string_view> parse_time(std::string_view text,
                                                      std::string_view format,
                                                      const absl::TimeZone& zone) {
    TimeParser parser(text);
    if (const std::string_view error = parser.parse(format); !error.empty()) {
        return std::unexpected(error);
    }
    return parser.result(zone);
}

}  // namespace engine::vrl
