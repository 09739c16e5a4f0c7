#include "tests/vrl/golden_file.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "engine/codec/json_parser.hpp"
#include "engine/diagnostic/render.hpp"
#include "engine/enrichment/file_table.hpp"
#include "engine/vrl/display.hpp"
#include "engine/vrl/encoding/base64.hpp"
#include "engine/vrl/program.hpp"

namespace engine::vrl::golden {

namespace {

/// Error texts are recorded without the line breaks that end them.
std::string_view without_line_ends(std::string_view text) {
    return text.substr(0, text.find_last_not_of('\n') + 1);
}

/// Each diagnostic ends in the same two lines; goldens leave them out.
std::string without_standing_notes(std::string text) {
    for (const std::string_view note :
         {"\n  = see language documentation at https://vrl.dev",
          "\n  = try your code in the VRL REPL, learn more at https://vrl.dev/examples",
          "\n = see language documentation at https://vrl.dev",
          "\n = try your code in the VRL REPL, learn more at https://vrl.dev/examples"}) {
        for (std::size_t at = text.find(note); at != std::string::npos; at = text.find(note, at)) {
            text.erase(at, note.size());
        }
    }
    return text;
}

/// Recorded without the escape sequences of terminals, which a program's text may have.
std::string without_colours(std::string text) {
    for (std::size_t at = text.find("\x1b["); at != std::string::npos;
         at = text.find("\x1b[", at)) {
        const std::size_t end = text.find_first_not_of("0123456789;", at + 2);
        text.erase(at, end == std::string::npos ? end : end + 1 - at);
    }
    return text;
}

std::string difference(std::string_view what, std::string_view expected, std::string_view got) {
    return expected == got
               ? std::string()
               : fmt::format("{}:\n--- expected\n{}\n--- got\n{}\n", what, expected, got);
}

const std::string* find(const Case& golden, const std::string& section) {
    const auto found = golden.sections.find(section);
    return found == golden.sections.end() ? nullptr : &found->second;
}

/// A folder with the case's files, in which it runs.
class Folder {
public:
    explicit Folder(const Case& golden) {
        for (const auto& [name, text] : golden.sections) {
            if (!name.starts_with("file ")) {
                continue;
            }
            if (path_.empty()) {
                std::string pattern =
                    (std::filesystem::temp_directory_path() / "engine-golden-XXXXXX").string();
                path_ = ::mkdtemp(pattern.data());
                before_ = std::filesystem::current_path();
                std::filesystem::current_path(path_);
            }
            constexpr std::string_view encoded = " (base64)";
            const std::string file = name.substr(5);
            if (file.ends_with(encoded)) {
                Arena arena;
                std::ofstream(file.substr(0, file.size() - encoded.size()), std::ios::binary)
                    << base64_decoded(text, Base64Alphabet::Standard, arena).value_or("");
            } else {
                std::ofstream(file, std::ios::binary) << text;
            }
        }
    }
    ~Folder() {
        if (!path_.empty()) {
            std::filesystem::current_path(before_);
            std::filesystem::remove_all(path_);
        }
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

private:
    std::filesystem::path path_;
    std::filesystem::path before_;
};

/// Tables from sections `table NAME` (CSV) and `schema NAME` (`column=type` lines).
std::shared_ptr<const enrichment::Tables> tables_of(const Case& golden) {
    std::shared_ptr<enrichment::Tables> tables;
    for (const auto& [section, text] : golden.sections) {
        if (!section.starts_with("table ")) {
            continue;
        }
        const std::string name = section.substr(6);
        enrichment::CsvOptions options;
        if (const std::string* schema = find(golden, "schema " + name)) {
            std::istringstream lines(*schema);
            for (std::string line; std::getline(lines, line);) {
                const std::size_t equals = line.find('=');
                options.schema[line.substr(0, equals)] =
                    enrichment::ColumnType::parse(line.substr(equals + 1), absl::UTCTimeZone())
                        .value();
            }
        }
        if (!tables) {
            tables = std::make_shared<enrichment::Tables>();
        }
        tables->add(name, enrichment::FileTable::read_csv(text, options).value());
    }
    return tables;
}

std::string run_program(const Case& golden, const Program& program) {
    Arena arena;
    Context context(arena);
    const std::string* event = find(golden, "event");
    auto parsed = JsonParser::local().parse(
        event != nullptr ? std::string_view(*event) : std::string_view("{}"), arena,
        LargeInteger::Greatest);
    if (!parsed) {
        return "the event: " + parsed.error().message;
    }
    Target target;
    target.event = *parsed;
    const Outcome outcome = vrl::run(program, target, context);
    std::string problems;
    if (const std::string* error = find(golden, "error")) {
        problems += outcome.ok() ? difference("error", *error, "result " + display(outcome.value))
                                 : difference("error", *error, without_line_ends(outcome.message));
    }
    if (const std::string* result = find(golden, "result")) {
        problems += difference(
            "result", *result,
            outcome.ok() ? display(outcome.value) : "error: " + std::string(outcome.message));
    }
    if (const std::string* after = find(golden, "after")) {
        problems += difference("event afterwards", *after, display(target.event));
    }
    return problems;
}

}  // namespace

std::vector<Case> read(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::vector<Case> cases;
    std::string* section = nullptr;
    bool first = true;
    std::string line;
    for (std::size_t number = 1; std::getline(file, line); ++number) {
        if (line.starts_with("=== ")) {
            cases.push_back({line.substr(4), number, {}, {}});
            section = &cases.back().program;
            first = true;
        } else if (line.starts_with("--- ") && !cases.empty()) {
            section = &cases.back().sections[line.substr(4)];
            first = true;
        } else if (section != nullptr) {
            if (line.starts_with('\\')) {
                line.erase(0, 1);
            }
            *section += (first ? "" : "\n") + line;
            first = false;
        }
    }
    return cases;
}

std::string run(const Case& golden) {
    const Folder folder(golden);
    const SourceText source("", golden.program);
    CompileOptions options;
    options.has_metrics = find(golden, "metrics") != nullptr;
    options.tables = tables_of(golden);
    if (const std::string* timezone = find(golden, "timezone")) {
        absl::LoadTimeZone(*timezone, &options.timezone);
    }
    const auto program = compile(source, options);
    const std::string* diagnostic = find(golden, "diagnostic");
    if (!program) {
        const std::string text = without_colours(
            without_standing_notes(render(program.error(), source, RenderStyle::Program)));
        return difference("diagnostic", diagnostic != nullptr ? *diagnostic : "(compiles)", text);
    }
    if (diagnostic != nullptr) {
        return difference("diagnostic", *diagnostic, "(compiles)");
    }
    std::string problems;
    if (const std::string* warnings = find(golden, "warnings")) {
        problems = difference(
            "warnings", *warnings,
            without_standing_notes(render((*program)->warnings(), source, RenderStyle::Program)));
    }
    return problems + run_program(golden, **program);
}

}  // namespace engine::vrl::golden
