#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace engine::cli {

/// What could stand in place of the word before the cursor; the word is passed.
using Completions = std::function<std::vector<std::string>(std::string_view word)>;

/// Reads lines from stdin: with editing, history and completion (Tab) when it is a terminal,
/// plainly otherwise. One per process, used by one thread.
class LineEditor {
public:
    /// History is read from the file and written to it (0600) when this ends; an empty path keeps
    /// none.
    LineEditor(std::filesystem::path history_file, Completions completions);
    ~LineEditor();
    LineEditor(const LineEditor&) = delete;
    LineEditor& operator=(const LineEditor&) = delete;

    [[nodiscard]] bool is_terminal() const;
    /// The next line without its line break; nothing at the end of the input.
    [[nodiscard]] std::optional<std::string> read(const std::string& prompt);
    /// Adds an entry to the history; the same as the last one is not added again.
    void remember(const std::string& entry);

private:
    struct Terminal;
    std::unique_ptr<Terminal> terminal_;  // null where stdin is none
};

/// `$XDG_STATE_HOME/engine/vrl_history`, below ~/.local/state by default; empty without a home.
[[nodiscard]] std::filesystem::path history_file();

}  // namespace engine::cli
