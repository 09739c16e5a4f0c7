#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "engine/event/arena.hpp"

namespace engine::vrl {

/// Walks a JSON text that is known to be well-formed, for readers whose errors name the place that
/// they have reached. Lives on the stack of one call.
class JsonCursor {
public:
    explicit JsonCursor(std::string_view text) : text_(text) { skip_space(); }

    /// First character of the next token.
    [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
    /// Goes into an array or object, to the first item or key; past its end when there is none.
    bool enter();
    /// After an item or member: to the next one; past the container's end when there is none.
    bool next();
    /// From a key past the colon.
    void enter_value();
    /// The string here, without escapes; goes past it.
    [[nodiscard]] std::string_view string(Arena& arena);
    /// The integer here, where it is one; then goes past it.
    [[nodiscard]] std::optional<std::int64_t> integer();
    /// Goes past any value; its text.
    std::string_view skip_value();
    /// Goes past the value and names it, such as `string "x"` or `map`.
    [[nodiscard]] std::string describe_value();
    /// Line, and the number of bytes before this place in it.
    [[nodiscard]] std::pair<std::size_t, std::size_t> place() const;

private:
    void skip_space();
    void skip_string();
    [[nodiscard]] std::string_view scalar() const;

    std::string_view text_;
    std::size_t at_ = 0;
};

}  // namespace engine::vrl
