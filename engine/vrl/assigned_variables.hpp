#pragma once

#include <set>
#include <string>

#include "engine/vrl/ast.hpp"

namespace engine::vrl {

/// Variables that an expression changes somewhere inside, in part or as a whole. What runs several
/// times must not take their first values for constants.
[[nodiscard]] std::set<std::string> assigned_variables(const ast::Expression& expression);

}  // namespace engine::vrl
