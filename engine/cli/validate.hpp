#pragma once

#include "engine/cli/arguments.hpp"

namespace engine::cli {

struct ValidateArguments {
    bool no_environment = false;
    bool skip_healthchecks = false;
    bool deny_warnings = false;
};

/// `engine validate`: checks what running would, and reports all problems at once on standard
/// output.
[[nodiscard]] ExitCode validate(const Arguments& arguments, const ValidateArguments& options);

}  // namespace engine::cli
