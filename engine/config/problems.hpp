#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "engine/config/node.hpp"
#include "engine/diagnostic/diagnostic.hpp"

namespace engine::config {

/// One problem of a configuration and the file that it stands in; without a file it concerns the
/// configuration as a whole ("No sinks defined in the config.").
struct Problem {
    const SourceText* file = nullptr;
    Diagnostic diagnostic;
};

/// Everything found wrong with a configuration, in the order of discovery until `sort`. One thread.
class Problems {
public:
    void add(Problem problem);
    /// From now on no text shows a value: its name stands in its place.
    struct Concealed {
        std::string value;
        std::string name;
    };
    void conceal(std::vector<Concealed> values);
    /// `label` stands beside the underline; `note` below it. Both may be empty.
    void error(const Location& location, std::string message, std::string label = {},
               std::string note = {});
    void warning(const Location& location, std::string message, std::string label = {},
                 std::string note = {});

    [[nodiscard]] bool has_errors() const { return error_count() > 0; }
    [[nodiscard]] std::size_t error_count() const;
    /// Whether something has to be mended where warnings are denied: warnings of programs (those
    /// have codes) do not count, as in Vector.
    [[nodiscard]] bool has_denied_warnings() const;
    [[nodiscard]] bool empty() const { return problems_.empty(); }
    [[nodiscard]] const std::vector<Problem>& all() const { return problems_; }

    /// Errors about the whole first, then by file and place, each message once.
    void sort();
    /// Every problem as text with file, line, column and caret, a blank line between two; ends
    /// with a line break unless empty.
    [[nodiscard]] std::string render() const;

private:
    std::vector<Problem> problems_;
    std::vector<Concealed> concealed_;  // longest first
};

/// What stands below a problem's message: the place in its file and the notes, a line break behind
/// each line; empty when there is neither.
[[nodiscard]] std::string details(const Problem& problem);

/// "file:line:column", empty without a file.
[[nodiscard]] std::string place(const Location& location);

}  // namespace engine::config
