#include "engine/vrl/strftime.hpp"

#include <absl/time/civil_time.h>
#include <fmt/format.h>

#include <array>
#include <cstdlib>
#include <iterator>

namespace engine::vrl {

namespace {

constexpr std::array<std::string_view, 7> day_names = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                       "Thursday", "Friday", "Saturday"};
constexpr std::array<std::string_view, 12> month_names = {
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December"};

enum class Padding { Default, None, Space, Zero };

/// Writes one time by one format.
class TimeFormatter {
public:
    TimeFormatter(Timestamp time, const absl::TimeZone& zone, std::string& out, ZoneText zone_text)
        : time_(time),
          info_(zone.At(absl::FromUnixSeconds(time.seconds))),
          zone_text_(zone_text),
          out_(out) {
        const absl::CivilDay day(info_.cs);
        weekday_ = (static_cast<int>(absl::GetWeekday(day)) + 1) % 7;
        year_day_ = absl::GetYearDay(day);
        iso_week(day);
    }

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
    void iso_week(absl::CivilDay day) {
        // The week belongs to the year that its Thursday is in.
        const absl::CivilDay thursday = day + (4 - (weekday_ == 0 ? 7 : weekday_));
        iso_year_ = thursday.year();
        iso_week_ = (absl::GetYearDay(thursday) - 1) / 7 + 1;
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
        if (padding_ == Padding::Default && special(rest, i)) {
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
        const std::string all = fmt::format("{:09}", nanoseconds);
        out_ += dot ? "." : "";
        out_ += all.substr(0, static_cast<std::size_t>(digits));
    }

    void offset(std::string_view form) {
        const int total = std::abs(info_.offset);
        const int hours = total / 3600;
        const int minutes = total / 60 % 60;
        out_ += info_.offset < 0 ? '-' : '+';
        if (form == ":::z") {
            append("{:02}", hours);
        } else if (form == "::z") {
            append("{:02}:{:02}:{:02}", hours, minutes, total % 60);
        } else if (form == ":z") {
            append("{:02}:{:02}", hours, minutes);
        } else {
            append("{:02}{:02}", hours, minutes);
        }
    }

    template <typename... Arguments>
    void append(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
        fmt::format_to(std::back_inserter(out_), format, std::forward<Arguments>(arguments)...);
    }

    void number(std::int64_t value, int width, Padding usual = Padding::Zero) {
        const Padding padding = padding_ == Padding::Default ? usual : padding_;
        if (padding == Padding::None) {
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
        const auto& cs = info_.cs;
        switch (c) {
            case 'Y':
                number(cs.year(), 4);
                return true;
            case 'C':
                number(cs.year() / 100, 2);
                return true;
            case 'y':
                number(modulo(cs.year(), 100), 2);
                return true;
            case 'q':
                number((cs.month() - 1) / 3 + 1, 1);
                return true;
            case 'm':
                number(cs.month(), 2);
                return true;
            case 'b':
            case 'h':
                out_ += month_names[static_cast<std::size_t>(cs.month() - 1)].substr(0, 3);
                return true;
            case 'B':
                out_ += month_names[static_cast<std::size_t>(cs.month() - 1)];
                return true;
            case 'd':
                number(cs.day(), 2);
                return true;
            case 'e':
                number(cs.day(), 2, Padding::Space);
                return true;
            case 'a':
                out_ += day_names[static_cast<std::size_t>(weekday_)].substr(0, 3);
                return true;
            case 'A':
                out_ += day_names[static_cast<std::size_t>(weekday_)];
                return true;
            case 'w':
                number(weekday_, 1);
                return true;
            case 'u':
                number(weekday_ == 0 ? 7 : weekday_, 1);
                return true;
            case 'U':
                number((year_day_ + 6 - weekday_) / 7, 2);
                return true;
            case 'W':
                number((year_day_ + 6 - (weekday_ + 6) % 7) / 7, 2);
                return true;
            case 'G':
                number(iso_year_, 4);
                return true;
            case 'g':
                number(modulo(iso_year_, 100), 2);
                return true;
            case 'V':
                number(iso_week_, 2);
                return true;
            case 'j':
                number(year_day_, 3);
                return true;
            default:
                return false;
        }
    }

    bool clock(char c) {
        const auto& cs = info_.cs;
        const int hour12 = cs.hour() % 12 == 0 ? 12 : cs.hour() % 12;
        switch (c) {
            case 'H':
                number(cs.hour(), 2);
                return true;
            case 'k':
                number(cs.hour(), 2, Padding::Space);
                return true;
            case 'I':
                number(hour12, 2);
                return true;
            case 'l':
                number(hour12, 2, Padding::Space);
                return true;
            case 'P':
                out_ += cs.hour() < 12 ? "am" : "pm";
                return true;
            case 'p':
                out_ += cs.hour() < 12 ? "AM" : "PM";
                return true;
            case 'M':
                number(cs.minute(), 2);
                return true;
            case 'S':
                number(cs.second(), 2);
                return true;
            case 'f':
                number(time_.nanoseconds, 9);
                return true;
            case 'Z':
                if (zone_text_ == ZoneText::Offset) {
                    offset(":z");
                    return true;
                }
                out_ += info_.offset == 0 && std::string_view(info_.zone_abbr) == "UTC"
                            ? "UTC"
                            : info_.zone_abbr;
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
    absl::TimeZone::CivilInfo info_;
    ZoneText zone_text_;
    std::string& out_;
    int weekday_ = 0;
    int year_day_ = 0;
    std::int64_t iso_year_ = 0;
    int iso_week_ = 0;
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
    return plausible && absl::LoadTimeZone({name.data(), name.size()}, &zone);
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
