#include "engine/vrl/logs/access_line.hpp"

#include <algorithm>

#include "engine/vrl/logs/line_cursor.hpp"

// Why a recogniser finds what the pattern finds: it takes only lines that can be read in one way.
// Words end at a space and hold none. What stands in quotes or brackets can't hold the character
// that ends it. Only Apache's time could reach further, to a later bracket, since its pattern lets
// it hold any but `[`: the request has none, and after one in referrer or agent there are too few
// quotes for the rest of the pattern.

namespace engine::vrl {

namespace {

using line_character::is_digit;
using line_character::is_visible;
using line_character::is_word;

/// What can stand in a request without making its end, or that of the time before it, doubtful.
bool is_plain(char c) {
    return is_visible(c) && c != '"' && c != '\\' && c != ']';
}
bool is_of_time(char c) {
    return c >= ' ' && c <= '~' && c != '[' && c != ']' && c != '"';
}

/// What Apache's formats begin with.
bool split_request(LineCursor& rest, std::span<std::string_view> groups) {
    enum { Whole, Host, Identity, User, Time, Message, Method, Path, Protocol, Status, Size };
    const bool has_origin = rest.run_or_dash(groups[Host], is_visible) && rest.mark(" ") &&
                            rest.run_or_dash(groups[Identity], is_visible) && rest.mark(" ") &&
                            rest.run_or_dash(groups[User], is_visible) && rest.mark(" [") &&
                            rest.run(groups[Time], is_of_time) && !groups[Time].starts_with('-') &&
                            rest.mark("] \"");
    const char* const request = rest.position();
    const bool has_request = has_origin && rest.run(groups[Method], is_word) && rest.mark(" ") &&
                             rest.run(groups[Path], is_plain) && rest.mark(" ") &&
                             rest.run(groups[Protocol], is_plain);
    groups[Message] = {request, static_cast<std::size_t>(rest.position() - request)};
    return has_request && rest.mark("\" ") && rest.run_or_dash(groups[Status], is_digit) &&
           rest.mark(" ") && rest.run_or_dash(groups[Size], is_digit);
}

/// What nginx's formats begin with, each group after the one before.
bool split_nginx_request(LineCursor& rest, std::span<std::string_view> groups) {
    enum { Whole, Client, User, Time, Request, Status, Size };
    return rest.word_or_dash(groups[Client]) && rest.mark(" - ") &&
           rest.word_or_dash(groups[User]) && rest.mark(" [") &&
           rest.run(groups[Time], is_of_time) && rest.mark("] ") &&
           rest.quoted_or_dash(groups[Request]) && rest.mark(" ") &&
           rest.run(groups[Status], is_digit) && rest.mark(" ") &&
           rest.run(groups[Size], is_digit) && rest.mark(" ");
}

/// Between brackets; `-` or nothing there is null.
bool bracketed(LineCursor& rest, std::string_view& part) {
    if (!rest.mark("[") || !rest.until(part, ']')) {
        return false;
    }
    part = part.empty() || part == "-" ? std::string_view() : part;
    return true;
}

/// A reading of a whole line, with the groups that it left out as null.
template <typename Read>
bool split(std::string_view line, std::span<std::string_view> groups, const Read& read) {
    std::ranges::fill(groups, std::string_view());
    LineCursor rest(line);
    groups[0] = line;
    return read(rest) && rest.at_end();
}

}  // namespace

bool split_common_line(std::string_view line, std::span<std::string_view> groups) {
    return split(line, groups, [&](LineCursor& rest) { return split_request(rest, groups); });
}

bool split_combined_line(std::string_view line, std::span<std::string_view> groups) {
    enum { Referrer = 11, Agent };
    return split(line, groups, [&](LineCursor& rest) {
        return split_request(rest, groups) && rest.mark(" ") && rest.quoted(groups[Referrer]) &&
               rest.mark(" ") && rest.quoted_or_dash(groups[Agent]);
    });
}

bool split_nginx_combined_line(std::string_view line, std::span<std::string_view> groups) {
    enum { Referer = 7, Agent, Compression };
    return split(line, groups, [&](LineCursor& rest) {
        return split_nginx_request(rest, groups) && rest.quoted(groups[Referer]) &&
               rest.mark(" ") && rest.quoted(groups[Agent]) &&
               (rest.at_end() || (rest.mark(" ") && rest.quoted_or_dash(groups[Compression])));
    });
}

bool split_nginx_main_line(std::string_view line, std::span<std::string_view> groups) {
    enum { Referer = 7, Agent, ForwardedFor };
    return split(line, groups, [&](LineCursor& rest) {
        return split_nginx_request(rest, groups) && rest.quoted_or_dash(groups[Referer]) &&
               rest.mark(" ") && rest.quoted_or_dash(groups[Agent]) && rest.mark(" ") &&
               rest.quoted_or_dash(groups[ForwardedFor]);
    });
}

bool split_ingress_line(std::string_view line, std::span<std::string_view> groups) {
    enum {
        Referer = 7,
        Agent,
        RequestLength,
        RequestTime,
        UpstreamName,
        AlternativeName,
        Address,
        ResponseLength,
        ResponseTime,
        UpstreamStatus,
        RequestId,
    };
    return split(line, groups, [&](LineCursor& rest) {
        return split_nginx_request(rest, groups) && rest.quoted_or_dash(groups[Referer]) &&
               rest.mark(" ") && rest.quoted_or_dash(groups[Agent]) && rest.mark(" ") &&
               rest.run(groups[RequestLength], is_digit) && rest.mark(" ") &&
               rest.decimal(groups[RequestTime]) && rest.mark(" ") &&
               bracketed(rest, groups[UpstreamName]) && rest.mark(" ") &&
               bracketed(rest, groups[AlternativeName]) && rest.mark(" ") &&
               rest.run(groups[Address], is_visible) && rest.mark(" ") &&
               rest.run_or_dash(groups[ResponseLength], is_digit) && rest.mark(" ") &&
               rest.decimal_or_dash(groups[ResponseTime]) && rest.mark(" ") &&
               rest.run_or_dash(groups[UpstreamStatus], is_digit) && rest.mark(" ") &&
               rest.run(groups[RequestId], is_visible);
    });
}

}  // namespace engine::vrl
