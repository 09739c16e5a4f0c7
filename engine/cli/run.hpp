#pragma once

#include "engine/cli/arguments.hpp"

namespace engine::cli {

/// `engine`: runs the configuration until a signal, or until every source has ended.
[[nodiscard]] ExitCode run(const Arguments& arguments);

}  // namespace engine::cli
