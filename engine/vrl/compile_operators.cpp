#include <algorithm>

#include "engine/vrl/compiler.hpp"
#include "engine/vrl/expressions.hpp"
#include "engine/vrl/operators.hpp"

namespace engine::vrl {

Compiler::Result Compiler::negation(const ast::Not& node, Span span) {
    Result operand = expression(*node.operand);
    if (!operand) {
        return std::nullopt;
    }
    if (operand->type.kinds() != kinds::boolean) {
        error(Diagnostic::error(660, "non-boolean negation")
                  .primary(node.operator_span, "negation only works on boolean values")
                  .context(node.operand->span,
                           "this expression resolves to " + operand->type.describe())
                  .hint("coerce the value to the required type using a coercion function")
                  .see("type coercion", "https://functions.vrl.dev/#coerce-functions"));
        return std::nullopt;
    }
    static_cast<void>(span);
    operand->constant.reset();
    operand->node = std::make_unique<NotNode>(std::move(operand->node));
    return operand;
}

namespace {

/// Of numbers; folding text could take much memory.
bool is_arithmetic(ast::BinaryOperator op) {
    return op <= ast::BinaryOperator::Subtract;
}

bool is_comparison(ast::BinaryOperator op) {
    return op >= ast::BinaryOperator::Greater && op <= ast::BinaryOperator::NotEqual;
}

}  // namespace

Compiler::Result Compiler::coalesce(const ast::Binary& node, Span span) {
    Result left = expression(*node.left);
    if (!left) {
        return std::nullopt;
    }
    const TypeState before = state_;
    Result right = expression(*node.right);
    if (!right) {
        return std::nullopt;
    }
    if (!left->fallible) {
        error(Diagnostic::error(651, "unnecessary error coalescing operation")
                  .primary(node.left->span, "this expression can't fail")
                  .context(node.operator_span, "remove this error coalescing operation")
                  .context(node.right->span, "this expression never resolves"));
        return std::nullopt;
    }
    state_.unite(before);
    Compiled whole;
    whole.type = left->type.defined().unite(right->type.defined());
    whole.fallible = right->fallible;
    whole.unhandled = std::move(right->unhandled);
    whole.node =
        std::make_unique<ShortCircuitNode>(node.op, std::move(left->node), std::move(right->node));
    static_cast<void>(span);
    return whole;
}

Compiler::Result Compiler::binary(const ast::Binary& node, Span span) {
    using enum ast::BinaryOperator;
    if (node.op == Coalesce) {
        return coalesce(node, span);
    }
    if (const auto* inner = node.left->as<ast::Binary>();
        inner != nullptr && is_comparison(node.op) && is_comparison(inner->op)) {
        error(Diagnostic::error(650, "comparison operators can't be chained together")
                  .primary(node.operator_span, "")
                  .see("comparisons", "https://vrl.dev/expressions/#comparison"));
        return std::nullopt;
    }
    Result left = expression(*node.left);
    if (!left) {
        return std::nullopt;
    }
    const bool lazy = node.op == And || node.op == Or;
    const TypeState before = lazy ? state_ : TypeState{};
    Result right = expression(*node.right);
    if (!right) {
        return std::nullopt;
    }
    if (lazy) {
        state_.unite(before);
    }
    if (node.op == Merge &&
        (left->type.kinds() != kinds::object || right->type.kinds() != kinds::object)) {
        Diagnostic diagnostic = Diagnostic::error(652, "only objects can be merged");
        if (left->type.kinds() != kinds::object) {
            std::move(diagnostic)
                .primary(node.left->span, "this expression must resolve to an object");
        }
        if (right->type.kinds() != kinds::object) {
            std::move(diagnostic)
                .primary(node.right->span, "this expression must resolve to an object");
        }
        error(std::move(diagnostic));
        return std::nullopt;
    }
    const Value* divisor = right->constant ? &*right->constant : nullptr;
    OperationType result = operation_type(node.op, left->type, right->type, divisor);
    Compiled whole;
    whole.type = result.type;
    if (is_arithmetic(node.op) && left->known() && right->known() && left->type.is(kinds::number) &&
        right->type.is(kinds::number)) {
        Context context(program_.constants_);
        const Value value = apply(node.op, *left->known(), *right->known(), context);
        if (value.is_failure()) {
            result.fallible = true;
        } else {
            whole.folded = value;
        }
    }
    whole.fallible = result.fallible || left->fallible || right->fallible;
    whole.unhandled = std::move(left->unhandled);
    std::ranges::move(right->unhandled, std::back_inserter(whole.unhandled));
    if (result.fallible && whole.unhandled.empty()) {
        whole.unhandled.push_back(unhandled_error(span));
    }
    if (lazy) {
        whole.node = std::make_unique<ShortCircuitNode>(node.op, std::move(left->node),
                                                        std::move(right->node));
    } else {
        whole.node =
            std::make_unique<BinaryNode>(node.op, std::move(left->node), std::move(right->node));
    }
    return whole;
}

}  // namespace engine::vrl
