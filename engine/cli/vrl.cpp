#include "engine/cli/vrl.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <vector>

#include "engine/cli/vrl/events.hpp"
#include "engine/cli/vrl/repl.hpp"
#include "engine/diagnostic/error.hpp"
#include "engine/diagnostic/render.hpp"
#include "engine/vrl/display.hpp"
#include "engine/vrl/program.hpp"

namespace engine::cli {

namespace {

Result<std::string> read_file(const std::string& name) {
    errno = 0;
    std::ifstream file(name, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(file), {}};
    if (!file) {
        return failure(fmt::format("{}: {}", name, std::strerror(errno != 0 ? errno : EIO)));
    }
    return text;
}

ExitCode refuse(std::string_view why) {
    fmt::print(stderr, "{}\n", why);
    return ExitCode::Software;
}

Result<absl::TimeZone> timezone_named(const std::optional<std::string>& name) {
    absl::TimeZone zone = absl::UTCTimeZone();
    if (!name || *name == "local") {
        return name ? absl::LocalTimeZone() : zone;
    }
    if (!absl::LoadTimeZone(*name, &zone)) {
        return failure(fmt::format("unable to parse timezone: there is no \"{}\"", *name));
    }
    return zone;
}

void print_diagnostics(const std::vector<Diagnostic>& diagnostics, const SourceText& source) {
    if (!diagnostics.empty()) {
        fmt::print(stderr, "\n{}\n\n", render(diagnostics, source, RenderStyle::Program));
    }
}

/// The outcome for one event; the others go on whatever it is.
void run_on(const vrl::Program& program, Value event, bool print_object, Arena& arena) {
    vrl::Context context(arena);
    vrl::Target target;
    target.event = event;
    const vrl::Outcome outcome = vrl::run(program, target, context);
    if (outcome.ok()) {
        fmt::print("{}\n", vrl::display(print_object ? target.event : outcome.value));
    } else {
        fmt::print(stderr, "{}\n", outcome.message);
    }
}

}  // namespace

void VrlArguments::add_options(CLI::App& app) {
    app.add_option("program", program, "The program, such as '.foo = true'");
    app.add_option("-i,--input", input_file, "File with events, one JSON value a line");
    app.add_option("-p,--program", program_file, "File with the program");
    app.add_flag("-q,--quiet", quiet, "Read expressions without a greeting");
    app.add_flag("-o,--print-object", print_object,
                 "Print the event rather than the program's result");
    app.add_option("-z,--timezone", timezone, "Time zone of dates that name none (default: UTC)");
    app.add_option("-r,--runtime", runtime, "How programs are run")->check(CLI::IsMember({"ast"}));
    app.add_flag("--print-warnings", print_warnings, "Print the program's warnings");
}

ExitCode vrl(const VrlArguments& arguments) {
    const Result<absl::TimeZone> timezone = timezone_named(arguments.timezone);
    if (!timezone) {
        return refuse(timezone.error().message);
    }
    vrl::CompileOptions options;
    options.timezone = *timezone;
    const Result<std::string> input =
        arguments.input_file ? read_file(*arguments.input_file) : Result<std::string>("");
    if (!input) {
        return refuse(input.error().message);
    }
    Arena arena;
    Result<std::vector<Value>> events = read_events(*input, arena);
    if (!events) {
        return refuse(events.error().message);
    }
    if (!arguments.program && !arguments.program_file) {
        return run_repl(std::move(*events), arena, options,
                        arguments.quiet ? Greeting::None : Greeting::Shown);
    }
    const Result<std::string> program_text = arguments.program_file
                                                 ? read_file(*arguments.program_file)
                                                 : Result<std::string>(*arguments.program);
    if (!program_text) {
        return refuse(program_text.error().message);
    }
    const SourceText source("", *program_text);
    const auto program = vrl::compile(source, options);
    if (!program) {
        print_diagnostics(program.error(), source);
        return ExitCode::Software;
    }
    if (arguments.print_warnings) {
        print_diagnostics((*program)->warnings(), source);
    }
    for (const Value& event : *events) {
        Arena run_arena;
        run_on(**program, event, arguments.print_object, run_arena);
    }
    return ExitCode::Ok;
}

}  // namespace engine::cli
