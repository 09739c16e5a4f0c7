#include "engine/cli/validate.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>

#include "engine/cli/load.hpp"

namespace engine::cli {

namespace {

/// The report's text, in the reference's layout.
class Report {
public:
    void passed(std::string_view what) { line("√ ", what); }
    void warned(std::string_view what) { line("~ ", what); }
    void failed(std::string_view what) { line("x ", what); }
    void heading(std::string_view text) {
        fmt::print("{}\n{:-<{}}\n", text, "", text.size());
        width_ = std::max(width_, text.size());
    }
    void problems(const config::Problems& problems, bool deny_warnings) {
        for (const config::Problem& problem : problems.all()) {
            const bool error = problem.diagnostic.severity == Severity::Error || deny_warnings;
            error ? failed(problem.diagnostic.message) : warned(problem.diagnostic.message);
            fmt::print("{}", config::details(problem));
        }
        fmt::print("\n");
    }
    void validated() { fmt::print("{:-<{}}\n{:>{}}\n", "", width_, "Validated", width_); }

private:
    void line(std::string_view mark, std::string_view text) {
        fmt::print("{}{}\n", mark, text);
        width_ = std::max(width_, text.substr(0, text.find('\n')).size() + 2);
    }
    std::size_t width_ = 0;
};

/// Takes the topology over: its sockets end before the event loops that they belong to.
bool check_components(std::unique_ptr<topology::Topology> topology,
                      const ValidateArguments& options, Report& report) {
    if (Result<void> ready = topology->check_environment(); !ready) {
        report.failed(ready.error().message);
        return false;
    }
    io::Runtime runtime(1);
    runtime.start();
    const auto health = topology->open_sinks(runtime, !options.skip_healthchecks);
    bool good = health.has_value();
    if (!good) {
        fmt::print("\n");
        report.heading("Component errors");
        report.failed(health.error().message);
    } else {
        report.passed("Component configuration");
        for (const auto& [sink, result] : *health) {
            if (result) {
                report.passed(fmt::format("Health check \"{}\"", sink));
            } else {
                report.failed(fmt::format("Health check for \"{}\" failed: {}", sink,
                                          result.error().message));
                good = false;
            }
        }
    }
    runtime.stop();
    topology.reset();
    return good;
}

}  // namespace

ExitCode validate(const Arguments& arguments, const ValidateArguments& options) {
    telemetry::LogOptions silent;
    silent.filter = "error";
    telemetry::configure_log(silent);
    Report report;
    auto loaded = load_configuration(arguments);
    const std::string names = fmt::format("[\"{}\"]", fmt::join(loaded->names, "\", \""));
    std::unique_ptr<topology::Topology> topology;
    if (!loaded->problems.has_errors()) {
        topology = loaded->build(options.no_environment ? enrichment::TableFiles::Leave
                                                        : enrichment::TableFiles::Read);
    }
    const config::Problems& problems = loaded->problems;
    if (problems.has_errors() || (options.deny_warnings && problems.has_denied_warnings())) {
        report.heading(fmt::format("Failed to load {}", names));
        report.problems(problems, options.deny_warnings);
        return ExitCode::Configuration;
    }
    if (problems.empty()) {
        report.passed(fmt::format("Loaded {}", names));
    } else {
        report.heading(fmt::format("Loaded with warnings {}", names));
        report.problems(problems, false);
    }
    report.passed("Transforms configuration");
    if (!options.no_environment && !check_components(std::move(topology), options, report)) {
        return ExitCode::Configuration;
    }
    report.validated();
    return ExitCode::Ok;
}

}  // namespace engine::cli
