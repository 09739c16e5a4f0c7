#include <absl/time/civil_time.h>
#include <arpa/inet.h>

#include <boost/url/parse.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

#include "engine/vrl/json_schema/schema.hpp"
#include "engine/vrl/text/punycode.hpp"

namespace engine::vrl::json_schema {

namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_letter(char c) {
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}
bool is_hexadecimal(char c) {
    return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

/// The number of exactly these digits; negative when they are none.
int number_at(std::string_view text, std::size_t at, std::size_t digits) {
    int number = -1;
    const std::string_view part = text.substr(std::min(at, text.size()), digits);
    if (part.size() != digits || !std::ranges::all_of(part, is_digit)) {
        return -1;
    }
    std::from_chars(part.data(), part.data() + digits, number);
    return number;
}

bool is_date(std::string_view text) {
    const int year = number_at(text, 0, 4);
    const int month = number_at(text, 5, 2);
    const int day = number_at(text, 8, 2);
    if (text.size() != 10 || text[4] != '-' || text[7] != '-' || year < 0 || month < 1 || day < 1) {
        return false;
    }
    const absl::CivilDay date(year, month, day);  // normalizes what does not exist
    return date.month() == month && date.day() == day;
}

bool is_offset(std::string_view text) {
    if (text == "Z" || text == "z") {
        return true;
    }
    const int hours = number_at(text, 1, 2);
    const int minutes = number_at(text, 4, 2);
    return text.size() == 6 && (text[0] == '+' || text[0] == '-') && text[3] == ':' && hours >= 0 &&
           hours < 24 && minutes >= 0 && minutes < 60;
}

bool is_time(std::string_view text) {
    const int hours = number_at(text, 0, 2);
    const int minutes = number_at(text, 3, 2);
    const int seconds = number_at(text, 6, 2);
    if (text.size() < 9 || text[2] != ':' || text[5] != ':' || hours < 0 || hours > 23 ||
        minutes < 0 || minutes > 59 || seconds < 0 || seconds > 60) {
        return false;
    }
    std::size_t at = 8;
    if (text[at] == '.') {
        const std::size_t begin = ++at;
        at = std::min(text.find_first_not_of("0123456789", at), text.size());
        if (at == begin) {
            return false;
        }
    }
    return is_offset(text.substr(at));
}

bool is_date_time(std::string_view text) {
    return text.size() > 11 && is_date(text.substr(0, 10)) && (text[10] | 0x20) == 't' &&
           is_time(text.substr(11));
}

/// `PnYnMnDTnHnMnS` with units in this order, or `PnW` (RFC 3339, appendix A).
bool is_duration(std::string_view text) {
    if (!text.starts_with('P') || text.size() < 3) {
        return false;
    }
    std::string_view units = "YMWD";
    bool has_time = false;
    bool has_weeks = false;
    std::size_t parts = 0;
    for (std::size_t at = 1; at < text.size();) {
        if (text[at] == 'T' && !has_time) {
            has_time = true;
            units = "HMS";
            ++at;
            continue;
        }
        const std::size_t end = text.find_first_not_of("0123456789", at);
        if (end == at || end == std::string_view::npos) {
            return false;
        }
        const std::size_t unit = units.find(text[end]);
        if (unit == std::string_view::npos) {
            return false;
        }
        has_weeks = has_weeks || text[end] == 'W';
        units.remove_prefix(unit + 1);
        ++parts;
        at = end + 1;
    }
    return parts > 0 && !text.ends_with('T') && (!has_weeks || parts == 1);
}

bool is_host_name(std::string_view text) {
    if (text.empty() || text.size() > 253) {
        return false;
    }
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find('.', begin), text.size());
        const std::string_view label = text.substr(begin, end - begin);
        const auto is_allowed = [](char c) { return is_letter(c) || is_digit(c) || c == '-'; };
        if (label.empty() || label.size() > 63 || label.starts_with('-') || label.ends_with('-') ||
            !std::ranges::all_of(label, is_allowed)) {
            return false;
        }
        begin = end + 1;
    }
    return true;
}

bool is_international_host_name(std::string_view text) {
    const auto ascii = domain_to_ascii(text);
    return ascii && is_host_name(*ascii);
}

bool is_address(int family, std::string_view text) {
    std::array<unsigned char, 16> bytes{};
    return text.size() < 64 && ::inet_pton(family, std::string(text).c_str(), bytes.data()) == 1;
}
bool is_ipv4(std::string_view text) {
    return is_address(AF_INET, text);
}
bool is_ipv6(std::string_view text) {
    return is_address(AF_INET6, text);
}

/// `local@domain`, where the domain may be an address in brackets.
bool is_mail(std::string_view text, FormatCheck is_domain, bool allows_unicode) {
    const std::size_t at = text.rfind('@');
    if (at == std::string_view::npos || at == 0 || at > 64) {
        return false;
    }
    const std::string_view local = text.substr(0, at);
    std::string_view domain = text.substr(at + 1);
    const auto is_allowed = [allows_unicode](char c) {
        return is_letter(c) || is_digit(c) || (allows_unicode && (c & 0x80) != 0) ||
               std::string_view("!#$%&'*+-/=?^_`{|}~.").find(c) != std::string_view::npos;
    };
    const bool is_quoted = local.size() > 1 && local.starts_with('"') && local.ends_with('"');
    const bool is_word = !local.starts_with('.') && !local.ends_with('.') &&
                         local.find("..") == std::string_view::npos &&
                         std::ranges::all_of(local, is_allowed);
    if (!is_quoted && !is_word) {
        return false;
    }
    if (domain.starts_with('[') && domain.ends_with(']')) {
        domain = domain.substr(1, domain.size() - 2);
        return domain.starts_with("IPv6:") ? is_ipv6(domain.substr(5)) : is_ipv4(domain);
    }
    return is_domain(domain);
}
bool is_email(std::string_view text) {
    return is_mail(text, is_host_name, false);
}
bool is_international_email(std::string_view text) {
    return is_mail(text, is_international_host_name, true);
}

/// Characters beyond ASCII escaped, as RFC 3987 turns an IRI into a URI.
std::string as_uri(std::string_view text) {
    std::string out;
    for (const char c : text) {
        out += (c & 0x80) != 0 ? std::string("%80") : std::string(1, c);
    }
    return out;
}

bool is_uri(std::string_view text) {
    return boost::urls::parse_uri(text).has_value();
}
bool is_uri_reference(std::string_view text) {
    return boost::urls::parse_uri_reference(text).has_value();
}
bool is_iri(std::string_view text) {
    return is_uri(as_uri(text));
}
bool is_iri_reference(std::string_view text) {
    return is_uri_reference(as_uri(text));
}

/// Braces are balanced and not nested, and hold something (RFC 6570).
bool is_uri_template(std::string_view text) {
    std::size_t open = std::string_view::npos;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '{') {
            if (open != std::string_view::npos) {
                return false;
            }
            open = i;
        } else if (text[i] == '}') {
            if (open == std::string_view::npos || open + 1 == i) {
                return false;
            }
            open = std::string_view::npos;
        } else if (open == std::string_view::npos &&
                   std::string_view(" \"'<>\\^`|").find(text[i]) != std::string_view::npos) {
            return false;
        }
    }
    return open == std::string_view::npos;
}

bool is_uuid(std::string_view text) {
    if (text.size() != 36) {
        return false;
    }
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool is_hyphen = i == 8 || i == 13 || i == 18 || i == 23;
        if (is_hyphen ? text[i] != '-' : !is_hexadecimal(text[i])) {
            return false;
        }
    }
    return true;
}

bool is_json_pointer(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '~' &&
            (i + 1 == text.size() || (text[i + 1] != '0' && text[i + 1] != '1'))) {
            return false;
        }
    }
    return text.empty() || text.starts_with('/');
}

bool is_relative_json_pointer(std::string_view text) {
    const std::size_t end = std::min(text.find_first_not_of("0123456789"), text.size());
    return end > 0 && (end == 1 || text[0] != '0') &&
           (text.substr(end) == "#" || is_json_pointer(text.substr(end)));
}

bool is_regex(std::string_view text) {
    return regex::Regex::compile(std::string(text)).has_value();
}

struct Format {
    std::string_view name;
    FormatCheck check;
};
constexpr std::array formats{
    Format{"date", is_date},
    Format{"date-time", is_date_time},
    Format{"duration", is_duration},
    Format{"email", is_email},
    Format{"hostname", is_host_name},
    Format{"idn-email", is_international_email},
    Format{"idn-hostname", is_international_host_name},
    Format{"ipv4", is_ipv4},
    Format{"ipv6", is_ipv6},
    Format{"iri", is_iri},
    Format{"iri-reference", is_iri_reference},
    Format{"json-pointer", is_json_pointer},
    Format{"regex", is_regex},
    Format{"relative-json-pointer", is_relative_json_pointer},
    Format{"time", is_time},
    Format{"uri", is_uri},
    Format{"uri-reference", is_uri_reference},
    Format{"uri-template", is_uri_template},
    Format{"uuid", is_uuid},
};

}  // namespace

FormatCheck find_format(std::string_view name) {
    const auto found = std::ranges::find(formats, name, &Format::name);
    return found == formats.end() ? nullptr : found->check;
}

}  // namespace engine::vrl::json_schema
