#pragma once

#include <string>

#include "engine/cli/arguments.hpp"

namespace engine::cli {

/// `engine list`: the component types of this build.
[[nodiscard]] ExitCode list(const std::string& format);

}  // namespace engine::cli
