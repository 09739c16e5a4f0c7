#include "engine/cli/vrl/line_editor.hpp"

#include <fmt/format.h>
#include <histedit.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <iostream>

namespace engine::cli {

namespace {

constexpr int history_size = 1000;

bool is_word_character(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

std::string common_prefix(const std::vector<std::string>& words) {
    std::string prefix = words.front();
    for (const std::string& word : words) {
        const auto [end, other] = std::ranges::mismatch(prefix, word);
        prefix.erase(end, prefix.end());
    }
    return prefix;
}

}  // namespace

/// libedit's state. Callbacks get back here through the client data.
struct LineEditor::Terminal {
    Terminal(std::filesystem::path file, Completions words)
        : path(std::move(file)), completions(std::move(words)) {
        editor = ::el_init("engine", stdin, stdout, stderr);
        lines = ::history_init();
        HistEvent event;
        ::history(lines, &event, H_SETSIZE, history_size);
        ::history(lines, &event, H_SETUNIQUE, 1);
        if (!path.empty()) {
            ::history(lines, &event, H_LOAD, path.c_str());
        }
        ::el_set(editor, EL_CLIENTDATA, this);
        ::el_set(editor, EL_PROMPT, &Terminal::prompt_of);
        ::el_set(editor, EL_EDITOR, "emacs");
        ::el_set(editor, EL_SIGNAL, 1);
        ::el_set(editor, EL_HIST, &::history, lines);
        ::el_set(editor, EL_ADDFN, "engine-complete", "Complete a name", &Terminal::complete);
        ::el_set(editor, EL_BIND, "^I", "engine-complete", nullptr);
        ::el_set(editor, EL_BIND, "^R", "em-inc-search-prev", nullptr);
        ::el_source(editor, nullptr);
    }
    ~Terminal() {
        if (!path.empty()) {
            save();
        }
        ::history_end(lines);
        ::el_end(editor);
    }
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;

    void save() {
        std::error_code error;
        std::filesystem::create_directories(path.parent_path(), error);
        // Programs may name secrets: nobody else is to read them.
        const mode_t before = ::umask(0077);
        HistEvent event;
        ::history(lines, &event, H_SAVE, path.c_str());
        ::umask(before);
    }

    static Terminal& of(EditLine* editor) {
        void* data = nullptr;
        ::el_get(editor, EL_CLIENTDATA, &data);
        return *static_cast<Terminal*>(data);
    }
    static const char* prompt_of(EditLine* editor) { return of(editor).prompt.c_str(); }

    static unsigned char complete(EditLine* editor, int /*character*/) {
        const LineInfo* line = ::el_line(editor);
        const char* begin = line->cursor;
        while (begin != line->buffer && is_word_character(begin[-1])) {
            --begin;
        }
        const std::string_view word(begin, static_cast<std::size_t>(line->cursor - begin));
        const std::vector<std::string> found = of(editor).completions(word);
        if (found.empty()) {
            return CC_REFRESH_BEEP;
        }
        const std::string added = common_prefix(found).substr(word.size());
        if (!added.empty()) {
            return ::el_insertstr(editor, added.c_str()) == 0 ? CC_REFRESH : CC_ERROR;
        }
        if (found.size() > 1) {
            fmt::print("\n");
            for (const std::string& each : found) {
                fmt::print("{}  ", each);
            }
            fmt::print("\n");
            std::fflush(stdout);
        }
        return CC_REDISPLAY;
    }

    std::filesystem::path path;
    Completions completions;
    EditLine* editor = nullptr;
    History* lines = nullptr;
    std::string prompt;
};

LineEditor::LineEditor(std::filesystem::path history_file, Completions completions)
    : terminal_(::isatty(STDIN_FILENO) == 1
                    ? std::make_unique<Terminal>(std::move(history_file), std::move(completions))
                    : nullptr) {}

LineEditor::~LineEditor() = default;

bool LineEditor::is_terminal() const {
    return terminal_ != nullptr;
}

std::optional<std::string> LineEditor::read(const std::string& prompt) {
    std::string line;
    if (!terminal_) {
        return std::getline(std::cin, line) ? std::optional(line) : std::nullopt;
    }
    terminal_->prompt = prompt;
    int length = 0;
    const char* text = ::el_gets(terminal_->editor, &length);
    if (text == nullptr || length <= 0) {
        return std::nullopt;
    }
    line.assign(text, static_cast<std::size_t>(length));
    while (line.ends_with('\n') || line.ends_with('\r')) {
        line.pop_back();
    }
    return line;
}

void LineEditor::remember(const std::string& entry) {
    if (terminal_ && !entry.empty()) {
        HistEvent event;
        ::history(terminal_->lines, &event, H_ENTER, entry.c_str());
    }
}

std::filesystem::path history_file() {
    if (const char* state = std::getenv("XDG_STATE_HOME"); state != nullptr && *state == '/') {
        return std::filesystem::path(state) / "engine" / "vrl_history";
    }
    const char* home = std::getenv("HOME");
    return home == nullptr || *home == '\0'
               ? std::filesystem::path()
               : std::filesystem::path(home) / ".local" / "state" / "engine" / "vrl_history";
}

}  // namespace engine::cli
