#pragma once

#include <string>

#include "engine/cli/arguments.hpp"

namespace engine::cli {

/// `engine graph`: prints the components and their connections as `format`, "dot" or "mermaid".
[[nodiscard]] ExitCode graph(const Arguments& arguments, const std::string& format);

}  // namespace engine::cli
