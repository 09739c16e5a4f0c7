#include "engine/vrl/strftime.hpp"

#include <absl/time/civil_time.h>
#include <fmt/format.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <iterator>

namespace engine::vrl {

namespace {

constexpr std::array<std::string_view, 7> day_names = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                       "Thursday", "Friday", "Saturday"};
constexpr std::array<std::string_view, 12> month_names = {
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December"};

/// What a clock on the wall shows.
struct LocalTime {
    std::int64_t year;
    int month;
    int day;
    int hour;
    int minute;
    int second;
    int offset;
    const char* abbreviation;
};

/// UTC's, for days whose years the standard library can count.
LocalTime utc_time(std::int64_t days, int second_of_day) {
    using namespace std::chrono;
    const year_month_day date{sys_days{std::chrono::days{days}}};
    return {int{date.year()},
            static_cast<int>(unsigned{date.month()}),
            static_cast<int>(unsigned{date.day()}),
            second_of_day / 3600,
            second_of_day / 60 % 60,
            second_of_day % 60,
            0,
            "UTC"};
}

LocalTime local_time(std::int64_t seconds, const absl::TimeZone& zone) {
    constexpr std::int64_t seconds_per_day = 86400;
    constexpr std::int64_t most_days = 10'000'000;
    const std::int64_t day = seconds / seconds_per_day - (seconds % seconds_per_day < 0 ? 1 : 0);
    if (day > -most_days && day < most_days && zone == absl::UTCTimeZone()) {
        return utc_time(day, static_cast<int>(seconds - day * seconds_per_day));
    }
    const absl::TimeZone::CivilInfo info = zone.At(absl::FromUnixSeconds(seconds));
    return {info.cs.year(),   info.cs.month(),  info.cs.day(), info.cs.hour(),
            info.cs.minute(), info.cs.second(), info.offset,   info.zone_abbr};
}

enum class Padding { Default, None, Space, Zero };

/// Writes one time by one format.
class TimeFormatter {
public:
    TimeFormatter(Timestamp time, const absl::TimeZone& zone, std::string& out, ZoneText zone_text)
        : time_(time), local_(local_time(time.seconds, zone)), zone_text_(zone_text), out_(out) {}

    bool format(std::string_view text) {
        for (std::size_t i = 0; i < text.size(); ++i) {
            if (text[i] != '%') {
                out_ += text[i];
                continue;
            }
            if (!specifier(text, ++i)) {
                return false;
            }
        }
        return true;
    }

private:
    [[nodiscard]] absl::CivilDay day() const {
        return absl::CivilDay(local_.year, local_.month, local_.day);
    }
    /// 0 is Sunday.
    [[nodiscard]] int weekday() const {
        return (static_cast<int>(absl::GetWeekday(day())) + 1) % 7;
    }
    [[nodiscard]] int year_day() const { return absl::GetYearDay(day()); }
    /// The year that the day's week belongs to is the one that the week's Thursday is in.
    [[nodiscard]] absl::CivilDay iso_thursday() const {
        const int since_sunday = weekday();
        return day() + (4 - (since_sunday == 0 ? 7 : since_sunday));
    }

    bool specifier(std::string_view text, std::size_t& i) {
        padding_ = Padding::Default;
        if (i < text.size()) {
            const std::size_t flag = std::string_view("-_0").find(text[i]);
            if (flag != std::string_view::npos) {
                constexpr std::array<Padding, 3> paddings = {Padding::None, Padding::Space,
                                                             Padding::Zero};
                padding_ = paddings[flag];
                ++i;
            }
        }
        if (i >= text.size()) {
            return false;
        }
        const std::string_view rest = text.substr(i);
        if (padding_ == Padding::Default &&
            std::string_view(".369:").find(rest[0]) != std::string_view::npos && special(rest, i)) {
            return true;
        }
        return date(rest[0]) || clock(rest[0]) || composite(rest[0]);
    }

    /// `%.f`, `%.3f`, `%3f`, `%:z`, `%::z`. Not `%#z`, which is for parsing
    /// only.
    bool special(std::string_view rest, std::size_t& i) {
        struct Form {
            std::string_view text;
            int digits;  // of the fraction; -1: as many groups of three as needed
            bool dot;
        };
        constexpr std::array<Form, 7> fractions = {{{".3f", 3, true},
                                                    {".6f", 6, true},
                                                    {".9f", 9, true},
                                                    {".f", -1, true},
                                                    {"3f", 3, false},
                                                    {"6f", 6, false},
                                                    {"9f", 9, false}}};
        for (const Form& form : fractions) {
            if (rest.starts_with(form.text)) {
                fraction(form.digits, form.dot);
                i += form.text.size() - 1;
                return true;
            }
        }
        for (const std::string_view form : {":::z", "::z", ":z"}) {
            if (rest.starts_with(form)) {
                offset(form);
                i += form.size() - 1;
                return true;
            }
        }
        return false;
    }

    void fraction(int digits, bool dot) {
        const std::uint32_t nanoseconds = time_.nanoseconds % 1'000'000'000;
        if (digits < 0) {
            if (nanoseconds == 0) {
                return;
            }
            digits = nanoseconds % 1'000'000 == 0 ? 3 : nanoseconds % 1'000 == 0 ? 6 : 9;
        }
        std::array<char, 9> all;
        std::uint32_t rest = nanoseconds;
        for (std::size_t i = all.size(); i-- > 0; rest /= 10) {
            all[i] = static_cast<char>('0' + rest % 10);
        }
        out_ += dot ? "." : "";
        out_.append(all.data(), static_cast<std::size_t>(digits));
    }

    void offset(std::string_view form) {
        const int total = std::abs(local_.offset);
        const int hours = total / 3600;
        const int minutes = total / 60 % 60;
        out_ += local_.offset < 0 ? '-' : '+';
        two_digits(hours);
        if (form == ":::z") {
            return;
        }
        out_ += form == "z" ? "" : ":";
        two_digits(minutes);
        if (form == "::z") {
            out_ += ':';
            two_digits(total % 60);
        }
    }

    template <typename... Arguments>
    void append(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
        fmt::format_to(std::back_inserter(out_), format, std::forward<Arguments>(arguments)...);
    }

    void two_digits(std::int64_t value) {
        const char digits[] = {static_cast<char>('0' + value / 10),
                               static_cast<char>('0' + value % 10)};
        out_.append(digits, sizeof digits);
    }

    void number(std::int64_t value, int width, Padding usual = Padding::Zero) {
        const Padding padding = padding_ == Padding::Default ? usual : padding_;
        if (padding == Padding::Zero && width == 2 && value >= 0 && value < 100) {
            two_digits(value);
        } else if (padding == Padding::Zero && width == 4 && value >= 0 && value < 10'000) {
            two_digits(value / 100);
            two_digits(value % 100);
        } else if (padding == Padding::None) {
            append("{}", value);
        } else if (padding == Padding::Space) {
            append("{:>{}}", value, width);
        } else {
            append("{:0{}}", value, width);
        }
    }

    static std::int64_t modulo(std::int64_t value, std::int64_t by) {
        return (value % by + by) % by;
    }

    bool date(char c) {
        switch (c) {
            case 'Y':
                number(local_.year, 4);
                return true;
            case 'C':
                number(local_.year / 100, 2);
                return true;
            case 'y':
                number(modulo(local_.year, 100), 2);
                return true;
            case 'q':
                number((local_.month - 1) / 3 + 1, 1);
                return true;
            case 'm':
                number(local_.month, 2);
                return true;
            case 'b':
            case 'h':
                out_ += month_names[static_cast<std::size_t>(local_.month - 1)].substr(0, 3);
                return true;
            case 'B':
                out_ += month_names[static_cast<std::size_t>(local_.month - 1)];
                return true;
            case 'd':
                number(local_.day, 2);
                return true;
            case 'e':
                number(local_.day, 2, Padding::Space);
                return true;
            case 'a':
                out_ += day_names[static_cast<std::size_t>(weekday())].substr(0, 3);
                return true;
            case 'A':
                out_ += day_names[static_cast<std::size_t>(weekday())];
                return true;
            case 'w':
                number(weekday(), 1);
                return true;
            case 'u':
                number(weekday() == 0 ? 7 : weekday(), 1);
                return true;
            case 'U':
                number((year_day() + 6 - weekday()) / 7, 2);
                return true;
            case 'W':
                number((year_day() + 6 - (weekday() + 6) % 7) / 7, 2);
                return true;
            case 'G':
                number(iso_thursday().year(), 4);
                return true;
            case 'g':
                number(modulo(iso_thursday().year(), 100), 2);
                return true;
            case 'V':
                number((absl::GetYearDay(iso_thursday()) - 1) / 7 + 1, 2);
                return true;
            case 'j':
                number(year_day(), 3);
                return true;
            default:
                return false;
        }
    }

    bool clock(char c) {
        const int hour12 = local_.hour % 12 == 0 ? 12 : local_.hour % 12;
        switch (c) {
            case 'H':
                number(local_.hour, 2);
                return true;
            case 'k':
                number(local_.hour, 2, Padding::Space);
                return true;
            case 'I':
                number(hour12, 2);
                return true;
            case 'l':
                number(hour12, 2, Padding::Space);
                return true;
            case 'P':
                out_ += local_.hour < 12 ? "am" : "pm";
                return true;
            case 'p':
                out_ += local_.hour < 12 ? "AM" : "PM";
                return true;
            case 'M':
                number(local_.minute, 2);
                return true;
            case 'S':
                number(local_.second, 2);
                return true;
            case 'f':
                number(time_.nanoseconds, 9);
                return true;
            case 'Z':
                if (zone_text_ == ZoneText::Offset) {
                    offset(":z");
                    return true;
                }
                out_ += local_.offset == 0 && std::string_view(local_.abbreviation) == "UTC"
                            ? "UTC"
                            : local_.abbreviation;
                return true;
            case 'z':
                offset("z");
                return true;
            case 's':
                number(time_.seconds, 1);
                return true;
            case 't':
                out_ += '\t';
                return true;
            case 'n':
                out_ += '\n';
                return true;
            case '%':
                out_ += '%';
                return true;
            default:
                return false;
        }
    }

    bool composite(char c) {
        switch (c) {
            case 'D':
            case 'x':
                return format("%m/%d/%y");
            case 'F':
                return format("%Y-%m-%d");
            case 'v':
                return format("%e-%b-%Y");
            case 'R':
                return format("%H:%M");
            case 'T':
            case 'X':
                return format("%H:%M:%S");
            case 'r':
                return format("%I:%M:%S %p");
            case 'c':
                return format("%a %b %e %H:%M:%S %Y");
            case '+':
                return format("%Y-%m-%dT%H:%M:%S%.f%:z");
            default:
                return false;
        }
    }

    Timestamp time_;
    LocalTime local_;
    ZoneText zone_text_;
    std::string& out_;
    Padding padding_ = Padding::Default;
};

}  // namespace

bool format_time(std::string_view format, Timestamp time, const absl::TimeZone& zone,
                 std::string& out, ZoneText zone_text) {
    return TimeFormatter(time, zone, out, zone_text).format(format);
}

TimeFormat classify_time_format(std::string_view format) {
    if (format.find('%') == std::string_view::npos) {
        return TimeFormat::Literal;
    }
    std::string scratch;
    return format_time(format, {}, absl::UTCTimeZone(), scratch) ? TimeFormat::Valid
                                                                 : TimeFormat::Invalid;
}

namespace {

/// The library looks names up under a lock that all threads share, and programs name one zone again
/// and again.
bool loaded_zone(std::string_view name, absl::TimeZone& zone) {
    thread_local std::string last_name;
    thread_local absl::TimeZone last_zone;
    if (name != last_name) {
        if (!absl::LoadTimeZone({name.data(), name.size()}, &last_zone)) {
            last_name.clear();
            return false;
        }
        last_name = name;
    }
    zone = last_zone;
    return true;
}

}  // namespace

bool zone_named(std::string_view name, absl::TimeZone& zone) {
    if (name == "local") {
        zone = absl::LocalTimeZone();
        return true;
    }
    if (name == "UTC") {
        zone = absl::UTCTimeZone();
        return true;
    }
    const bool plausible = !name.empty() && name != "utc" && name[0] != '/' &&
                           std::isalpha(static_cast<unsigned char>(name[0])) != 0 &&
                           name.find("..") == std::string_view::npos;
    return plausible && loaded_zone(name, zone);
}

absl::Time to_absl(Timestamp time) {
    return absl::FromUnixSeconds(time.seconds) + absl::Nanoseconds(time.nanoseconds);
}

Timestamp from_absl(absl::Time time) {
    const std::int64_t seconds = absl::ToUnixSeconds(time);
    return {seconds, static_cast<std::uint32_t>(
                         absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds)))};
}

}  // namespace engine::vrl
