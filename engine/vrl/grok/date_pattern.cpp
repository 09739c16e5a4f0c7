#include "engine/vrl/grok/date_pattern.hpp"

#include <absl/strings/ascii.h>
#include <absl/strings/match.h>

#include <algorithm>
#include <array>

#include "engine/vrl/strftime.hpp"

namespace engine::vrl {
namespace {

constexpr std::array<std::string_view, 12> months = {
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December"};

std::string escaped(std::string_view text) {
    std::string result;
    for (const char c : text) {
        if (!absl::ascii_isalnum(static_cast<unsigned char>(c)) && (c & 0x80) == 0) {
            result += static_cast<char>(0x5c);
        }
        result += c;
    }
    return result;
}

std::string digits(std::size_t least, std::size_t most) {
    return "\\d{" + std::to_string(least) + "," + std::to_string(most) + "}";
}

/// What a date's text says so far.
struct Reader {
    std::string_view rest;
    std::optional<std::int64_t> year;
    std::optional<int> month;
    std::optional<int> day;
    int hour = 0;
    int minute = 0;
    int second = 0;
    int millisecond = 0;
    bool is_afternoon = false;
    bool has_half = false;
    std::optional<absl::TimeZone> zone;

    std::optional<int> number(std::size_t most) {
        std::size_t i = 0;
        int value = 0;
        while (i < std::min(most, rest.size()) && rest[i] >= '0' && rest[i] <= '9') {
            value = value * 10 + (rest[i] - '0');
            ++i;
        }
        rest.remove_prefix(i);
        return i == 0 ? std::nullopt : std::optional(value);
    }
    bool take(int& target, std::size_t most) {
        const std::optional<int> value = number(most);
        target = value.value_or(0);
        return value.has_value();
    }
    std::string_view word() {
        const auto end = std::ranges::find_if_not(
            rest, [](char c) { return absl::ascii_isalpha(static_cast<unsigned char>(c)); });
        const std::string_view taken = rest.substr(0, static_cast<std::size_t>(end - rest.begin()));
        rest.remove_prefix(taken.size());
        return taken;
    }
    bool take_month_name() {
        const std::string_view name = word();
        for (std::size_t i = 0; i < months.size() && name.size() >= 3; ++i) {
            if (absl::StartsWithIgnoreCase({months[i].data(), months[i].size()},
                                           {name.data(), name.size()})) {
                month = static_cast<int>(i) + 1;
                return true;
            }
        }
        return false;
    }
    bool take_fraction() {
        const std::size_t size = std::min(rest.find_first_not_of("0123456789"), rest.size());
        const std::string_view fraction = rest.substr(0, size);
        rest.remove_prefix(size);
        for (std::size_t i = 0; i < 3; ++i) {
            millisecond = millisecond * 10 + (i < size ? fraction[i] - '0' : 0);
        }
        return size > 0;
    }
    bool take_zone() {
        const std::size_t size = std::min(rest.find_first_of(" ]),;"), rest.size());
        zone = zone_or_offset(rest.substr(0, size));
        rest.remove_prefix(size);
        return zone.has_value();
    }
    bool take_letter(char letter, std::size_t count) {
        std::optional<int> value;
        switch (letter) {
            case 'y':
                value = number(count > 2 ? 4 : count == 2 ? 2 : 4);
                year =
                    value && count == 2 ? *value + (*value < 70 ? 2000 : 1900) : value.value_or(0);
                return value.has_value();
            case 'M':
                return count > 2 ? take_month_name() : (month = number(2)).has_value();
            case 'd':
                return (day = number(2)).has_value();
            case 'H':
            case 'k':
            case 'h':
            case 'K':
                return take(hour, 2);
            case 'm':
                return take(minute, 2);
            case 's':
                return take(second, 2);
            case 'S':
                return take_fraction();
            case 'a':
                has_half = true;
                is_afternoon =
                    absl::EqualsIgnoreCase(absl::string_view(rest.substr(0, 2).data(),
                                                             std::min<std::size_t>(2, rest.size())),
                                           "pm");
                return word().size() == 2;
            case 'E':
                return !word().empty();
            default:
                return take_zone();
        }
    }
};

}  // namespace

std::optional<absl::TimeZone> zone_or_offset(std::string_view name) {
    if (name == "Z" || name == "z" || name == "UTC" || name == "GMT") {
        return absl::UTCTimeZone();
    }
    std::string_view offset = name;
    for (const std::string_view prefix : {"UTC", "GMT"}) {
        offset.remove_prefix(offset.starts_with(prefix) ? prefix.size() : 0);
    }
    if (!offset.starts_with('+') && !offset.starts_with('-')) {
        absl::TimeZone zone;
        return zone_named(name, zone) ? std::optional(zone) : std::nullopt;
    }
    std::string plain;
    std::ranges::copy_if(offset.substr(1), std::back_inserter(plain),
                         [](char c) { return c != ':'; });
    if (plain.empty() || plain.size() > 4 ||
        plain.find_first_not_of("0123456789") != std::string::npos) {
        return std::nullopt;
    }
    const std::size_t hour_digits = plain.size() > 2 ? plain.size() - 2 : plain.size();
    const int hours = std::stoi(plain.substr(0, hour_digits));
    const int minutes = plain.size() > 2 ? std::stoi(plain.substr(hour_digits)) : 0;
    const int seconds = (hours * 60 + minutes) * 60;
    return absl::FixedTimeZone(offset.front() == '-' ? -seconds : seconds);
}

bool DatePattern::add(Part part) {
    const std::size_t count = part.count;
    const std::string word = "[A-Za-z]+";
    switch (part.letter) {
        case '\0':
            regex_ += escaped(part.text);
            break;
        case 'y':
            regex_ += count == 2 ? digits(2, 2) : digits(count > 2 ? 4 : 1, 4);
            break;
        case 'M':
            regex_ += count > 2 ? word : digits(count, 2);
            break;
        case 'd':
        case 'H':
        case 'k':
        case 'h':
        case 'K':
        case 'm':
        case 's':
            regex_ += digits(std::min<std::size_t>(count, 2), 2);
            break;
        case 'S':
            regex_ += digits(count, count);
            break;
        case 'a':
            regex_ += "[AaPp][Mm]";
            break;
        case 'E':
            regex_ += word;
            break;
        case 'Z':
        case 'X':
        case 'x':
            regex_ += "(?:Z|[+-]\\d{2}:?(?:\\d{2})?)";
            break;
        case 'z':
            regex_ += "(?:[A-Za-z]+(?:/[A-Za-z_]+)*(?:[+-]\\d{1,4})?|[+-]\\d{2}:?\\d{2})";
            break;
        default:
            return false;
    }
    parts_.push_back(std::move(part));
    return true;
}

std::expected<DatePattern, std::string> DatePattern::parse(std::string_view pattern) {
    DatePattern result;
    const auto invalid = [&] {
        return std::unexpected("invalid date format '" + std::string(pattern) + "'");
    };
    if (pattern.size() > 256) {
        return invalid();
    }
    for (std::size_t i = 0; i < pattern.size();) {
        if (pattern[i] == '\'') {
            const std::size_t close = pattern.find('\'', i + 1);
            if (close == std::string_view::npos) {
                return invalid();
            }
            const std::string_view quoted = pattern.substr(i + 1, close - i - 1);
            result.add({'\0', 0, quoted.empty() ? "'" : std::string(quoted)});
            i = close + 1;
        } else if (absl::ascii_isalpha(static_cast<unsigned char>(pattern[i]))) {
            const std::size_t end =
                std::min(pattern.find_first_not_of(pattern[i], i), pattern.size());
            if (!result.add({pattern[i], end - i, {}})) {
                return invalid();
            }
            i = end;
        } else {
            result.add({'\0', 0, std::string(1, pattern[i])});
            ++i;
        }
    }
    return result;
}

std::optional<std::int64_t> DatePattern::milliseconds(std::string_view text,
                                                      const absl::TimeZone& zone,
                                                      absl::Time now) const {
    Reader reader;
    reader.rest = text;
    for (const Part& part : parts_) {
        if (part.letter == '\0') {
            if (!reader.rest.starts_with(part.text)) {
                return std::nullopt;
            }
            reader.rest.remove_prefix(part.text.size());
        } else if (!reader.take_letter(part.letter, part.count)) {
            return std::nullopt;
        }
    }
    const absl::TimeZone local = reader.zone.value_or(zone);
    const absl::CivilDay today = absl::ToCivilDay(now, local);
    const bool has_date = reader.year || reader.month || reader.day;
    const absl::CivilSecond civil(
        reader.year.value_or(today.year()), reader.month.value_or(has_date ? 1 : today.month()),
        reader.day.value_or(has_date ? 1 : today.day()),
        reader.has_half ? reader.hour % 12 + (reader.is_afternoon ? 12 : 0) : reader.hour,
        reader.minute, reader.second);
    const bool is_date = (!reader.month || civil.month() == *reader.month) &&
                         (!reader.day || civil.day() == *reader.day) && reader.hour <= 24 &&
                         reader.minute < 60 && reader.second <= 60;
    if (!is_date) {
        return std::nullopt;
    }
    return absl::ToUnixMillis(absl::FromCivil(civil, local)) + reader.millisecond;
}

}  // namespace engine::vrl
