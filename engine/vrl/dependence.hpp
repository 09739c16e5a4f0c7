#pragma once

#include <string_view>

#include "engine/vrl/ast.hpp"

namespace engine::vrl {

/// Whether a program's result depends on nothing but the bound name and what is written in it:
/// literals, operators, and calls of functions that are pure (`includes`, `mod`). False when in
/// doubt.
[[nodiscard]] bool depends_only_on(const ast::Program& program, std::string_view name);

}  // namespace engine::vrl
