#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace engine::vrl {

/// Why a recursive parser refused a text, innermost place first: what it tried there, or what it
/// was in. Written as the reference's parsers write it, each with the line and a caret below it.
class ParseTrace {
public:
    explicit ParseTrace(std::string_view text) : text_(text) {}

    /// `at` is an offset in bytes.
    void expected(char wanted, std::size_t at) { steps_.push_back({at, wanted, {}}); }
    /// `name` of an attempt (`Tag`, `Alt`) or a context (`map`); a literal.
    void in(std::string_view name, std::size_t at) { steps_.push_back({at, '\0', name}); }
    void clear() { steps_.clear(); }
    [[nodiscard]] std::string describe() const;

private:
    struct Step {
        std::size_t at;
        char wanted;
        std::string_view name;
    };
    [[nodiscard]] std::string describe(std::size_t index) const;

    std::string_view text_;
    std::vector<Step> steps_;
};

}  // namespace engine::vrl
