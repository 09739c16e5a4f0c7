#include "engine/cli/test.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <fstream>

#include "engine/cli/load.hpp"
#include "engine/topology/unit_test.hpp"

namespace engine::cli {

namespace {

using Results = std::vector<topology::UnitTestResult>;

ExitCode refuse(const config::Problems& problems) {
    std::fflush(stdout);
    fmt::print(stderr, "Failed to execute tests:\n{}", problems.render());
    return ExitCode::Configuration;
}

void print(const Results& results) {
    for (const auto& result : results) {
        fmt::print("test {} ... {}\n", result.name, result.passed() ? "passed" : "failed");
    }
    if (std::ranges::all_of(results, &topology::UnitTestResult::passed)) {
        return;
    }
    fmt::print("\nfailures:\n\n");
    for (const auto& result : results) {
        if (!result.passed()) {
            fmt::print("test {}:\n\n", result.name);
        }
        for (const std::string& failure : result.failures) {
            fmt::print("{}\n\n", failure);
        }
    }
}

std::string escaped(std::string_view text) {
    std::string result;
    for (const char c : text) {
        switch (c) {
            case '&':
                result += "&amp;";
                break;
            case '<':
                result += "&lt;";
                break;
            case '>':
                result += "&gt;";
                break;
            case '"':
                result += "&quot;";
                break;
            case '\'':
                result += "&apos;";
                break;
            default:
                result += c;
        }
    }
    return result;
}

std::string junit(const Results& results, std::chrono::duration<double> took) {
    const auto failed = std::ranges::count_if(
        results, [](const topology::UnitTestResult& result) { return !result.passed(); });
    std::string text = fmt::format(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<testsuites name=\"Vector Unit Tests\" tests=\"{0}\" failures=\"{1}\" errors=\"0\">\n"
        "    <testsuite name=\"Test Suite\" tests=\"{0}\" disabled=\"0\" errors=\"0\" "
        "failures=\"{1}\" time=\"{2:.3f}\">\n",
        results.size(), failed, took.count());
    for (const auto& result : results) {
        text +=
            fmt::format("        <testcase name=\"{}\" time=\"{:.3f}\">\n", escaped(result.name),
                        took.count() / static_cast<double>(results.size()));
        if (!result.passed()) {
            text += fmt::format("            <failure>{}</failure>\n",
                                escaped(fmt::format("{}", fmt::join(result.failures, "\n"))));
        }
        text += "        </testcase>\n";
    }
    return text + "    </testsuite>\n</testsuites>\n";
}

}  // namespace

ExitCode test(const Arguments& arguments, const TestArguments& options) {
    // What transforms log about events that a test is about is no news.
    telemetry::LogOptions silent;
    silent.filter = "off";
    telemetry::configure_log(silent);
    auto loaded = load_configuration(arguments);
    config::Problems& problems = loaded->problems;
    if (!loaded->missing_files) {
        fmt::print("Running tests\n");
    }
    const auto tests = config::read_unit_tests(loaded->configuration.tests, problems);
    if (problems.has_errors()) {
        return refuse(problems);
    }
    if (tests.empty()) {
        fmt::print("No tests found.\n");
        return ExitCode::Ok;
    }
    const auto start = std::chrono::steady_clock::now();
    const Results results =
        topology::run_unit_tests(tests, loaded->configuration, loaded->graph, problems);
    if (problems.has_errors()) {
        return refuse(problems);
    }
    print(results);
    if (options.junit_report) {
        std::ofstream file(*options.junit_report, std::ios::binary);
        file << junit(results, std::chrono::steady_clock::now() - start);
        if (!file.flush()) {
            fmt::print(stderr, "{} can't be written\n", *options.junit_report);
            return ExitCode::Failure;
        }
    }
    return std::ranges::all_of(results, &topology::UnitTestResult::passed)
               ? ExitCode::Ok
               : ExitCode::Configuration;
}

}  // namespace engine::cli
