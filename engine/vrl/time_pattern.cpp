#include "engine/vrl/time_pattern.hpp"

#include <chrono>
#include <optional>
#include <span>

#include "engine/vrl/strptime.hpp"

namespace engine::vrl {

namespace {

using Action = TimePattern::Action;
using Step = TimePattern::Step;

constexpr std::int64_t seconds_per_day = 86400;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_space(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/// Three letters as one number, in lower case as `parse_time` compares them.
constexpr std::uint32_t letters(const char* text) {
    std::uint32_t packed = 0;
    for (int i = 0; i < 3; ++i) {
        packed =
            packed << 8 | static_cast<std::uint32_t>(static_cast<unsigned char>(text[i]) | 0x20);
    }
    return packed;
}
constexpr std::array month_letters = {
    letters("jan"), letters("feb"), letters("mar"), letters("apr"), letters("may"), letters("jun"),
    letters("jul"), letters("aug"), letters("sep"), letters("oct"), letters("nov"), letters("dec")};
constexpr std::array day_letters = {letters("mon"), letters("tue"), letters("wed"), letters("thu"),
                                    letters("fri"), letters("sat"), letters("sun")};

/// Reads one text by steps. False, or nothing, where `parse_time` has to decide.
class Reader {
public:
    explicit Reader(std::string_view text) : at_(text.data()), end_(at_ + text.size()) {}

    [[nodiscard]] bool read(std::span<const Step> steps) {
        for (const Step& step : steps) {
            if (!read(step)) {
                return false;
            }
        }
        return at_ == end_;
    }

    [[nodiscard]] std::optional<Timestamp> result(bool has_offset,
                                                  const absl::TimeZone& zone) const {
        using namespace std::chrono;
        const year_month_day date{year{year_}, month{month_}, day{day_}};
        if (!date.ok() || hour_ > 23 || minute_ > 59 || second_ > 59) {
            return std::nullopt;
        }
        const std::int64_t days = sys_days(date).time_since_epoch().count();
        // 1970-01-01 was a Thursday, and Monday is 0.
        if (weekday_ >= 0 && weekday_ != ((days + 3) % 7 + 7) % 7) {
            return std::nullopt;
        }
        const std::int64_t seconds =
            days * seconds_per_day + std::int64_t{hour_ * 3600 + minute_ * 60 + second_};
        if (has_offset) {
            return Timestamp{seconds - offset_, nanoseconds_};
        }
        if (zone == absl::UTCTimeZone()) {
            return Timestamp{seconds, nanoseconds_};
        }
        const absl::TimeZone::TimeInfo info =
            zone.At(absl::CivilSecond(year_, month_, day_, hour_, minute_, second_));
        if (info.kind != absl::TimeZone::TimeInfo::UNIQUE) {
            return std::nullopt;
        }
        return Timestamp{absl::ToUnixSeconds(info.pre), nanoseconds_};
    }

private:
    [[nodiscard]] bool read(const Step& step) {
        switch (step.action) {
            case Action::Year:
                return number(4, year_);
            case Action::YearOfCentury:
                if (!number(2, year_)) {
                    return false;
                }
                year_ += year_ < 70 ? 2000 : 1900;
                return true;
            case Action::Month:
                return number(2, month_);
            case Action::MonthName: {
                const int found = name(month_letters);
                month_ = static_cast<unsigned>(found + 1);
                return found >= 0;
            }
            case Action::Weekday:
                weekday_ = name(day_letters);
                return weekday_ >= 0;
            case Action::Day:
                return number(2, day_);
            case Action::Hour:
                return number(2, hour_);
            case Action::Minute:
                return number(2, minute_);
            case Action::Second:
                return number(2, second_);
            case Action::Fraction:
                return fraction();
            case Action::FractionDigits:
                return fraction_digits(static_cast<std::ptrdiff_t>(step.character - '0'));
            case Action::Offset:
                skip_spaces();
                return offset(false);
            case Action::ZuluOrOffset:
                return offset(true);
            default:
                return mark(step);
        }
    }

    [[nodiscard]] bool mark(const Step& step) {
        if (step.action == Action::Spaces) {
            skip_spaces();
            return true;
        }
        if (at_ == end_) {
            return false;
        }
        const char c = *at_++;
        return step.action == Action::DateEnd ? c == 'T' || c == 't' || c == ' '
                                              : c == step.character;
    }

    void skip_spaces() {
        while (at_ != end_ && is_space(*at_)) {
            ++at_;
        }
    }

    /// Of up to `width` digits.
    template <typename Number>
    [[nodiscard]] bool number(int width, Number& value) {
        skip_spaces();
        value = 0;
        const char* const begin = at_;
        for (; width > 0 && at_ != end_ && is_digit(*at_); --width, ++at_) {
            value = value * 10 + static_cast<Number>(*at_ - '0');
        }
        return at_ != begin;
    }

    template <std::size_t Count>
    [[nodiscard]] int name(const std::array<std::uint32_t, Count>& names) {
        if (end_ - at_ < 3) {
            return -1;
        }
        const std::uint32_t packed = letters(at_);
        at_ += 3;
        for (std::size_t i = 0; i < Count; ++i) {
            if (names[i] == packed) {
                return static_cast<int>(i);
            }
        }
        return -1;
    }

    [[nodiscard]] bool fraction() {
        if (at_ == end_ || *at_ != '.') {
            return true;
        }
        ++at_;
        std::ptrdiff_t count = 0;
        while (count < end_ - at_ && is_digit(at_[count])) {
            ++count;
        }
        return count >= 1 && count <= 9 && fraction_digits(count);
    }

    [[nodiscard]] bool fraction_digits(std::ptrdiff_t count) {
        if (end_ - at_ < count) {
            return false;
        }
        std::uint32_t value = 0;
        for (std::ptrdiff_t i = 0; i < 9; ++i) {
            if (i < count && !is_digit(at_[i])) {
                return false;
            }
            value = value * 10 + (i < count ? static_cast<std::uint32_t>(at_[i] - '0') : 0);
        }
        at_ += count;
        nanoseconds_ = value;
        return true;
    }

    /// `+0200` or `+02:00`; only the second where `Z` might stand instead.
    [[nodiscard]] bool offset(bool or_zulu) {
        if (or_zulu && at_ != end_ && (*at_ == 'Z' || *at_ == 'z')) {
            ++at_;
            return true;
        }
        if (end_ - at_ < 5 || (*at_ != '+' && *at_ != '-')) {
            return false;
        }
        const bool is_negative = *at_++ == '-';
        int hours = 0;
        int minutes = 0;
        if (!two_digits(hours)) {
            return false;
        }
        if (*at_ == ':') {
            ++at_;
        } else if (or_zulu) {
            return false;
        }
        if (!two_digits(minutes) || hours > 23 || minutes > 59) {
            return false;
        }
        offset_ = (is_negative ? -1 : 1) * (hours * 3600 + minutes * 60);
        return true;
    }

    [[nodiscard]] bool two_digits(int& value) {
        if (end_ - at_ < 2 || !is_digit(at_[0]) || !is_digit(at_[1])) {
            return false;
        }
        value = (at_[0] - '0') * 10 + (at_[1] - '0');
        at_ += 2;
        return true;
    }

    const char* at_;
    const char* end_;
    int year_ = 0;
    unsigned month_ = 0;
    unsigned day_ = 0;
    int weekday_ = -1;
    int hour_ = 0;
    int minute_ = 0;
    int second_ = 0;
    int offset_ = 0;
    std::uint32_t nanoseconds_ = 0;
};

bool take(std::string_view& rest, std::string_view text) {
    const bool is_there = rest.starts_with(text);
    rest.remove_prefix(is_there ? text.size() : 0);
    return is_there;
}

constexpr std::uint32_t bit(Action action) {
    return std::uint32_t{1} << static_cast<unsigned>(action);
}
/// Actions that say the same thing: one of them may stand in a format.
constexpr std::uint32_t rivals(Action action) {
    constexpr std::array sets = {bit(Action::Year) | bit(Action::YearOfCentury),
                                 bit(Action::Month) | bit(Action::MonthName),
                                 bit(Action::Fraction) | bit(Action::FractionDigits),
                                 bit(Action::Offset) | bit(Action::ZuluOrOffset)};
    for (const std::uint32_t set : sets) {
        if ((set & bit(action)) != 0) {
            return set;
        }
    }
    return bit(action);
}

}  // namespace

TimePattern::TimePattern(std::string_view format) : format_(format) {
    const auto gives = [&](Action action) { return (given_ & rivals(action)) != 0; };
    const bool is_ordinary = add_all(format) && gives(Action::Year) && gives(Action::Month) &&
                             gives(Action::Day) && gives(Action::Hour) && gives(Action::Minute) &&
                             (gives(Action::Second) || !gives(Action::Fraction));
    count_ = is_ordinary ? count_ : 0;
}

bool TimePattern::add(Action action, char character) {
    const bool repeats = action < Action::DateEnd && (given_ & rivals(action)) != 0;
    if (repeats || count_ == capacity) {
        return false;
    }
    given_ |= bit(action);
    steps_[count_++] = {action, character};
    return true;
}

bool TimePattern::add_all(std::string_view format) {
    while (!format.empty()) {
        const char c = format.front();
        format.remove_prefix(1);
        const bool is_added = c == '%'      ? add_specifier(format)
                              : is_space(c) ? add(Action::Spaces)
                                            : add(Action::Character, c);
        if (!is_added) {
            return false;
        }
    }
    return true;
}

bool TimePattern::add_specifier(std::string_view& rest) {
    const bool has_padding = take(rest, "-") || take(rest, "_") || take(rest, "0");
    if (rest.empty()) {
        return false;
    }
    if (!has_padding && std::string_view(".369:z").find(rest.front()) != std::string_view::npos) {
        return add_fraction_or_offset(rest);
    }
    const char c = rest.front();
    rest.remove_prefix(1);
    return add_simple(c);
}

bool TimePattern::add_fraction_or_offset(std::string_view& rest) {
    if (take(rest, ".3f") || take(rest, ".6f") || take(rest, ".9f") || take(rest, ".f")) {
        return add(Action::Fraction);
    }
    if (take(rest, "z") || take(rest, ":z") || take(rest, "::z") || take(rest, ":::z")) {
        return add(Action::Offset);
    }
    const char digits = rest.front();
    return is_digit(digits) && take(rest = rest.substr(1), "f") &&
           add(Action::FractionDigits, digits);
}

bool TimePattern::add_simple(char c) {
    switch (c) {
        case 'Y':
            return add(Action::Year);
        case 'y':
            return add(Action::YearOfCentury);
        case 'm':
            return add(Action::Month);
        case 'b':
        case 'h':
            return add(Action::MonthName);
        case 'a':
            return add(Action::Weekday);
        case 'd':
        case 'e':
            return add(Action::Day);
        case 'H':
        case 'k':
            return add(Action::Hour);
        case 'M':
            return add(Action::Minute);
        case 'S':
            return add(Action::Second);
        case 'D':
        case 'x':
            return add_all("%m/%d/%y");
        case 'F':
            return add_all("%Y-%m-%d");
        case 'v':
            return add_all("%e-%b-%Y");
        case 'R':
            return add_all("%H:%M");
        case 'T':
        case 'X':
            return add_all("%H:%M:%S");
        case 'c':
            return add_all("%a %b %e %H:%M:%S %Y");
        case '+':
            return add_all("%Y-%m-%d") && add(Action::DateEnd) && add_all("%H:%M:%S%.f") &&
                   add(Action::ZuluOrOffset);
        default:
            return false;
    }
}

std::expected<Timestamp, std::string_view> TimePattern::parse(std::string_view text,
                                                              const absl::TimeZone& zone) const {
    Reader reader(text);
    if (count_ > 0 && reader.read(std::span(steps_).first(count_))) {
        const bool has_offset = (given_ & rivals(Action::Offset)) != 0;
        if (const auto time = reader.result(has_offset, zone)) {
            return *time;
        }
    }
    return parse_time(text, format_, zone);
}

}  // namespace engine::vrl
