#pragma once

#include <optional>
#include <string>

#include "engine/cli/arguments.hpp"

namespace engine::cli {

/// What `engine test` takes beside the files.
struct TestArguments {
    std::optional<std::string> junit_report;  // file for a JUnit report
};

/// Runs the unit tests of a configuration and prints how each went.
[[nodiscard]] ExitCode test(const Arguments& arguments, const TestArguments& options);

}  // namespace engine::cli
