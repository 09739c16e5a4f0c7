#pragma once

#include <string>

#include "engine/vrl/function.hpp"

namespace engine::cli {

/// `split(value, pattern, limit?)`; a `?` marks parameters that may be left out.
[[nodiscard]] std::string signature(const vrl::Function& function);

/// What a terminal shows of a function: signature, summary, parameters, examples.
[[nodiscard]] std::string function_help(const vrl::Function& function);

/// All functions, in columns for a terminal `width` columns wide.
[[nodiscard]] std::string function_list(std::size_t width);

}  // namespace engine::cli
