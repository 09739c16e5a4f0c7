#include "engine/vrl/logs/error_line.hpp"

#include <algorithm>
#include <array>

#include "engine/vrl/logs/line_cursor.hpp"

namespace engine::vrl {

namespace {

using line_character::is_digit;
using line_character::is_visible;
using line_character::is_word;

bool is_of_time(char c) {
    return c >= ' ' && c <= '~' && c != '[' && c != ']';
}
bool is_of_thread(char c) {
    return is_visible(c) && c != '[' && c != ']';
}

/// `address:port`, or an address.
bool split_client(std::string_view text, std::string_view& client, std::string_view& port) {
    if (text.empty() || text.starts_with('-') || !std::ranges::all_of(text, is_visible)) {
        return false;
    }
    client = text;
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) {
        return true;
    }
    const std::string_view digits = text.substr(colon + 1);
    if (!digits.empty() && std::ranges::all_of(digits, is_digit)) {
        client = text.substr(0, colon);
        port = digits;
    }
    return true;
}

/// What may follow nginx's message, each at most once and in this order: from the first that stands
/// there to the line's end.
class NginxDetails {
public:
    enum { Excess = 7, Zone, Client, Server, Request, Upstream, Host, Referrer };

    explicit NginxDetails(std::span<std::string_view> groups) : groups_(groups) {}

    /// Whether one of them begins here, well-formed or not.
    [[nodiscard]] static bool begins(std::string_view after_comma) {
        constexpr std::array<std::string_view, 7> names = {
            "excess:", "client:", "server:", "request:", "upstream:", "host:", "referrer:"};
        return std::ranges::any_of(
            names, [&](std::string_view name) { return after_comma.starts_with(name); });
    }

    [[nodiscard]] bool read(std::string_view text) {
        LineCursor rest(text);
        return excess(rest) && plain(rest, ", client: ", Client) &&
               plain(rest, ", server: ", Server) && quoted(rest, ", request: ", Request) &&
               quoted(rest, ", upstream: ", Upstream) && quoted(rest, ", host: ", Host) &&
               quoted(rest, ", referrer: ", Referrer) && rest.at_end();
    }

private:
    [[nodiscard]] bool excess(LineCursor& rest) {
        const auto is_of_excess = [](char c) { return is_visible(c) && c != ','; };
        const auto is_of_zone = [](char c) { return is_visible(c) && c != ',' && c != '"'; };
        if (!rest.mark(", excess: ")) {
            return true;
        }
        if (!rest.run(groups_[Excess], is_of_excess)) {
            return false;
        }
        static_cast<void>(rest.mark(","));
        return rest.mark(" by zone \"") && rest.run(groups_[Zone], is_of_zone) && rest.mark("\"");
    }
    [[nodiscard]] bool plain(LineCursor& rest, std::string_view name, std::size_t group) {
        return !rest.mark(name) ||
               rest.run(groups_[group], [](char c) { return is_visible(c) && c != ','; });
    }
    [[nodiscard]] bool quoted(LineCursor& rest, std::string_view name, std::size_t group) {
        return !rest.mark(name) || rest.quoted(groups_[group]);
    }

    std::span<std::string_view> groups_;
};

/// The message ends where the first detail begins that is followed by nothing but details. Where a
/// comma might begin one in a form that this recogniser does not read, it is left to the pattern.
bool split_nginx_message(std::string_view text, std::span<std::string_view> groups) {
    enum { Message = 6 };
    if (text.empty() || !is_visible(text.front()) || !is_visible(text.back()) ||
        text.find('\n') != std::string_view::npos) {
        return false;
    }
    groups[Message] = text;
    for (std::size_t at = text.find(',', 1); at != std::string_view::npos;
         at = text.find(',', at + 1)) {
        const std::string_view after = text.substr(at + 1);
        if (after.empty() || is_visible(after[0])) {
            continue;
        }
        if (after[0] != ' ' || !is_visible(after[1])) {
            return false;
        }
        if (NginxDetails::begins(after.substr(1))) {
            groups[Message] = text.substr(0, at);
            return NginxDetails(groups).read(text.substr(at));
        }
    }
    return true;
}

}  // namespace

bool split_apache_error_line(std::string_view line, std::span<std::string_view> groups) {
    enum { Whole, Time, Module, Severity, Pid, Thread, Client, Port, Message };
    std::ranges::fill(groups, std::string_view());
    groups[Whole] = line;
    LineCursor rest(line);
    const bool has_origin = rest.mark("[") && rest.run(groups[Time], is_of_time) &&
                            !groups[Time].starts_with('-') && rest.mark("] [") &&
                            rest.run(groups[Module], is_word) && rest.mark(":") &&
                            rest.run(groups[Severity], is_word) && rest.mark("] [pid ") &&
                            rest.run(groups[Pid], is_digit);
    if (!has_origin || (rest.mark(":tid ") && !rest.run(groups[Thread], is_of_thread)) ||
        !rest.mark("] ")) {
        return false;
    }
    if (rest.mark("[client ")) {
        std::string_view client;
        if (!rest.until(client, ']') || !split_client(client, groups[Client], groups[Port]) ||
            !rest.mark(" ")) {
            return false;
        }
    }
    rest.remainder(groups[Message]);
    const std::string_view message = groups[Message];
    return !message.empty() && is_visible(message.front()) && !message.starts_with("[client") &&
           message.find('\n') == std::string_view::npos;
}

bool split_nginx_error_line(std::string_view line, std::span<std::string_view> groups) {
    enum { Whole, Time, Severity, Pid, Thread, Connection };
    std::ranges::fill(groups, std::string_view());
    groups[Whole] = line;
    LineCursor rest(line);
    std::string_view number;
    const bool has_time =
        rest.run(number, is_digit) && rest.mark("/") && rest.run(number, is_digit) &&
        rest.mark("/") && rest.run(number, is_digit) && rest.mark(" ") &&
        rest.run(number, is_digit) && rest.mark(":") && rest.run(number, is_digit) &&
        rest.mark(":") && rest.run(number, is_digit);
    groups[Time] = line.substr(0, static_cast<std::size_t>(rest.position() - line.data()));
    const bool has_origin = has_time && rest.mark(" [") && rest.run(groups[Severity], is_word) &&
                            rest.mark("] ") && rest.run(groups[Pid], is_digit) && rest.mark("#") &&
                            rest.run(groups[Thread], is_digit) && rest.mark(": ");
    if (!has_origin ||
        (rest.mark("*") && !(rest.run(groups[Connection], is_digit) && rest.mark(" ")))) {
        return false;
    }
    return split_nginx_message(rest.rest(), groups);
}

}  // namespace engine::vrl
