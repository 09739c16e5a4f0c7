#pragma once

#include <string>

#include "engine/cli/arguments.hpp"

namespace engine::cli {

/// Prints the reference in Markdown, made from the option tables and function declarations of this
/// build: of `components`, `functions` or `config` (global options), or of everything when `part`
/// is empty.
[[nodiscard]] ExitCode docs(const std::string& part);

/// Prints the JSON Schema of whole configurations.
[[nodiscard]] ExitCode generate_schema();

/// What `generate` leaves out.
enum class GenerateScope { Whole, Fragment };

/// Prints a configuration in TOML with the required options of the components that `expression`
/// names: lists of sources, transforms and sinks divided by `/`, names before a colon
/// (`in:stdin/filter,remap/console`). A fragment goes without global options.
[[nodiscard]] ExitCode generate(const std::string& expression, GenerateScope scope);

}  // namespace engine::cli
