#pragma once

#include "engine/event/value.hpp"
#include "engine/vrl/ast.hpp"
#include "engine/vrl/context.hpp"
#include "engine/vrl/type.hpp"

namespace engine::vrl {

/// The operator applied to two values; failure where the kinds do not fit. Not for `&&`, `||` and
/// `??`, whose right side may stay unevaluated.
[[nodiscard]] Value apply(ast::BinaryOperator op, const Value& left, const Value& right,
                          Context& context);

/// `==`: numbers are compared across integer and float, containers strictly.
[[nodiscard]] bool loosely_equal(const Value& left, const Value& right);

/// Failure of `&&`.
[[nodiscard]] Value and_failure(const Value& left, const Value& right, Context& context);

/// What the checker knows about the result.
struct OperationType {
    Type type;
    bool fallible = false;
};
/// `divisor` is the right operand where it is known when compiling.
[[nodiscard]] OperationType operation_type(ast::BinaryOperator op, const Type& left,
                                           const Type& right, const Value* divisor);

/// The members of both, the right ones over the left ones.
[[nodiscard]] Value merge_objects(const Value& left, const Value& right, Arena& arena);

}  // namespace engine::vrl
