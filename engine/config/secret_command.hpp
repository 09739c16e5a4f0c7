#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "engine/diagnostic/error.hpp"

namespace engine::config {

/// Runs a program, writes `input` to its stdin, and returns what it writes to stdout; its stderr is
/// ours. Blocks. A program that takes longer than `limit` is killed with all that it started; that,
/// one that can't be started, and one that writes more than 1 MiB are errors.
[[nodiscard]] Result<std::string> run_secret_command(const std::vector<std::string>& command,
                                                     std::string_view input,
                                                     std::chrono::milliseconds limit);

}  // namespace engine::config
