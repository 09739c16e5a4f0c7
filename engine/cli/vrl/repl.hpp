#pragma once

#include <vector>

#include "engine/cli/arguments.hpp"
#include "engine/event/value.hpp"
#include "engine/vrl/program.hpp"

namespace engine::cli {

/// Whether the REPL says what it is and which commands it has.
enum class Greeting { Shown, None };

/// Reads programs from stdin until `exit` or its end, runs each on the current one of `events`, and
/// prints what it gives. Programs see the variables and the changes of those before them; a program
/// goes on over several lines until its brackets are closed.
[[nodiscard]] ExitCode run_repl(std::vector<Value> events, Arena& arena,
                                const vrl::CompileOptions& options, Greeting greeting);

}  // namespace engine::cli
