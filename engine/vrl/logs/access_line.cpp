#include "engine/vrl/logs/access_line.hpp"

#include <algorithm>

namespace engine::vrl {

namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_word(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_visible(char c) {
    return c > ' ' && c <= '~';
}
/// What can stand in a request without making its end, or that of the time before it, doubtful.
bool is_plain(char c) {
    return is_visible(c) && c != '"' && c != '\\' && c != ']';
}
bool is_of_time(char c) {
    return c >= ' ' && c <= '~' && c != '[' && c != ']' && c != '"';
}

class Splitter {
public:
    explicit Splitter(std::string_view line) : rest_(line) {}

    /// The longest run of such characters; not empty.
    template <typename Test>
    bool run(std::string_view& part, const Test& test) {
        const auto end = std::ranges::find_if_not(rest_, test);
        part = rest_.substr(0, static_cast<std::size_t>(end - rest_.begin()));
        rest_.remove_prefix(part.size());
        return !part.empty();
    }
    /// The same, or `-`, which means that there is nothing.
    template <typename Test>
    bool run_or_dash(std::string_view& part, const Test& test) {
        if (!rest_.starts_with('-')) {
            return run(part, test);
        }
        rest_.remove_prefix(1);
        return true;
    }
    bool mark(std::string_view text) {
        const bool is_there = rest_.starts_with(text);
        rest_.remove_prefix(is_there ? text.size() : 0);
        return is_there;
    }
    [[nodiscard]] bool at_end() const { return rest_.empty(); }
    [[nodiscard]] const char* position() const { return rest_.data(); }

private:
    std::string_view rest_;
};

}  // namespace

bool split_access_line(std::string_view line, std::span<std::string_view> groups) {
    enum { Whole, Host, Identity, User, Time, Message, Method, Path, Protocol, Status, Size };
    std::ranges::fill(groups, std::string_view());
    Splitter rest(line);
    const bool has_origin = rest.run_or_dash(groups[Host], is_visible) && rest.mark(" ") &&
                            rest.run_or_dash(groups[Identity], is_visible) && rest.mark(" ") &&
                            rest.run_or_dash(groups[User], is_visible) && rest.mark(" [") &&
                            rest.run(groups[Time], is_of_time) && !groups[Time].starts_with('-') &&
                            rest.mark("] \"");
    const char* const request = rest.position();
    const bool has_request = has_origin && rest.run(groups[Method], is_word) && rest.mark(" ") &&
                             rest.run(groups[Path], is_plain) && rest.mark(" ") &&
                             rest.run(groups[Protocol], is_plain);
    const char* const request_end = rest.position();
    if (!has_request || !rest.mark("\" ") || !rest.run_or_dash(groups[Status], is_digit) ||
        !rest.mark(" ") || !rest.run_or_dash(groups[Size], is_digit) || !rest.at_end()) {
        return false;
    }
    groups[Message] = {request, static_cast<std::size_t>(request_end - request)};
    groups[Whole] = line;
    return true;
}

}  // namespace engine::vrl
