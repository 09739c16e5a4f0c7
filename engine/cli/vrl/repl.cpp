#include "engine/cli/vrl/repl.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>

#include "engine/cli/vrl/function_help.hpp"
#include "engine/cli/vrl/line_editor.hpp"
#include "engine/diagnostic/render.hpp"
#include "engine/event/container.hpp"
#include "engine/event/shape.hpp"
#include "engine/vrl/display.hpp"
#include "engine/vrl/parser/parse.hpp"
#include "engine/vrl/session.hpp"

namespace engine::cli {

namespace {

constexpr std::string_view commands_help = R"(Commands:
  help                 this list
  help functions       the functions there are (also: help funcs, help fs)
  help <function>      parameters and examples of a function
  help docs            where the language is described
  help docs <function> where the function is described
  help error <code>    where an error is described
  next                 go on to the next event, or to a new one
  prev                 go back to the event before
  exit                 leave (also: quit, Ctrl-D)

Anything else is VRL: try `.`
)";

constexpr std::string_view greeting_text =
    "VRL, one expression after the other; variables and changes to the event stay.\n"
    "To run one program instead, add it to the command.\n\n";

constexpr std::string_view documentation = "https://vector.dev/docs/reference/vrl/";

std::size_t terminal_width() {
    winsize size{};
    return ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

/// The text ends inside brackets or quotes, after an operator, or with a line continuation.
bool is_incomplete(const std::string& text) {
    if (text.ends_with('\\')) {
        return true;
    }
    const SourceText source("", text);
    // E207 and E208: a text, regex or timestamp whose closing quote is missing.
    return std::ranges::any_of(vrl::parse(source).diagnostics, [](const Diagnostic& each) {
        return each.code == 204 || each.code == 207 || each.code == 208;
    });
}

std::vector<std::string> words_of(std::string_view line) {
    std::vector<std::string> words;
    while (true) {
        line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
        if (line.empty()) {
            return words;
        }
        const std::size_t end = std::min(line.find_first_of(" \t"), line.size());
        words.emplace_back(line.substr(0, end));
        line.remove_prefix(end);
    }
}

class Repl {
public:
    Repl(std::vector<Value> events, Arena& arena, const vrl::CompileOptions& options)
        : arena_(arena),
          session_(options, arena),
          editor_(history_file(), [this](std::string_view word) { return completions(word); }) {
        for (const Value& event : events) {
            targets_.push_back(target_of(event));
        }
    }

    ExitCode run(Greeting greeting) {
        if (greeting == Greeting::Shown && editor_.is_terminal()) {
            fmt::print("{}{}\n", greeting_text, commands_help);
        }
        while (const auto entry = read_entry()) {
            const std::vector<std::string> words = words_of(*entry);
            if (words.empty()) {
                continue;
            }
            editor_.remember(*entry);
            if (words.size() == 1 && (words[0] == "exit" || words[0] == "quit")) {
                return ExitCode::Ok;
            }
            if (!command(words)) {
                evaluate(*entry);
            }
            std::fflush(stdout);
        }
        return ExitCode::Ok;
    }

private:
    /// Lines up to the end of a program. An empty line ends it wherever it is.
    std::optional<std::string> read_entry() {
        std::optional<std::string> entry = editor_.read("$ ");
        while (entry && is_incomplete(*entry)) {
            const std::optional<std::string> line = editor_.read("> ");
            if (!line || line->empty()) {
                break;
            }
            *entry += "\n" + *line;
        }
        return entry;
    }

    bool command(const std::vector<std::string>& words) {
        if (words[0] == "help") {
            help(words);
            return true;
        }
        if (words.size() > 1 || (words[0] != "next" && words[0] != "prev")) {
            return false;
        }
        if (words[0] == "next") {
            ++current_;
            if (current_ == targets_.size()) {
                targets_.push_back(target_of(Value::object(new_object(Shape::empty(), arena_))));
            }
        } else if (current_ > 0) {
            --current_;
        }
        session_.forget_event();
        fmt::print("{}\n\n", vrl::display(targets_[current_].event));
        return true;
    }

    static void help(const std::vector<std::string>& words) {
        if (words.size() == 1) {
            fmt::print("{}\n", commands_help);
        } else if (words[1] == "functions" || words[1] == "funcs" || words[1] == "fs") {
            fmt::print("{}\n", function_list(terminal_width()));
        } else if (words[1] == "docs") {
            help_docs(words);
        } else if (words[1] == "error" && words.size() == 3) {
            fmt::print("https://errors.vrl.dev/{}\n\n", words[2]);
        } else if (const vrl::Function* function = vrl::FunctionRegistry::find(words[1])) {
            fmt::print("{}\n", function_help(*function));
        } else {
            unknown_function(words[1]);
        }
    }

    static void help_docs(const std::vector<std::string>& words) {
        if (words.size() == 2) {
            fmt::print("{}\n\n", documentation);
        } else if (vrl::FunctionRegistry::find(words[2]) != nullptr) {
            fmt::print("{}functions/#{}\n\n", documentation, words[2]);
        } else {
            unknown_function(words[2]);
        }
    }

    static void unknown_function(std::string_view name) {
        std::vector<std::string_view> names;
        for (const vrl::Function* function : vrl::FunctionRegistry::all()) {
            names.push_back(function->name);
        }
        fmt::print("there is no function \"{}\"; did you mean \"{}\"?\n\n", name,
                   vrl::nearest(name, names));
    }

    void evaluate(const std::string& text) {
        const SourceText source("", text);
        vrl::Target target = targets_[current_];
        const auto outcome = session_.run(source, target);
        if (!outcome) {
            fmt::print("\n{}\n\n", render(outcome.error(), source, RenderStyle::Program));
        } else if (!outcome->ok()) {
            fmt::print("{}\n\n", outcome->message);
        } else {
            targets_[current_] = target;
            fmt::print("{}\n\n", vrl::display(outcome->value));
        }
    }

    std::vector<std::string> completions(std::string_view word) const {
        std::vector<std::string> found = session_.variable_names();
        for (const char* name : {"help", "next", "prev", "exit"}) {
            found.emplace_back(name);
        }
        for (const vrl::Function* function : vrl::FunctionRegistry::all()) {
            found.emplace_back(function->name);
        }
        std::erase_if(found, [word](const std::string& each) { return !each.starts_with(word); });
        std::ranges::sort(found);
        const auto again = std::ranges::unique(found);
        found.erase(again.begin(), again.end());
        return found;
    }

    static vrl::Target target_of(Value event) {
        vrl::Target target;
        target.event = event;
        return target;
    }

    Arena& arena_;
    vrl::Session session_;
    std::vector<vrl::Target> targets_;
    std::size_t current_ = 0;
    LineEditor editor_;
};

}  // namespace

ExitCode run_repl(std::vector<Value> events, Arena& arena, const vrl::CompileOptions& options,
                  Greeting greeting) {
    return Repl(std::move(events), arena, options).run(greeting);
}

}  // namespace engine::cli
