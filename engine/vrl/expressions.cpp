#include "engine/vrl/expressions.hpp"

#include <algorithm>

#include "engine/event/container.hpp"
#include "engine/vrl/growth.hpp"
#include "engine/vrl/operators.hpp"

namespace engine::vrl {

Value ArrayNodeExpression::resolve(Context& context) const {
    ArrayNode* array = new_array(items_.size(), context.arena());
    std::size_t shared = 0;
    for (const NodePtr& item : items_) {
        const Value value = item->resolve(context);
        if (value.is_failure()) {
            return value;
        }
        shared += is_shared(value) ? 1 : 0;
        array->items[array->size++] = value;
    }
    count_shared(context, shared);
    return Value::array(array);
}

Value ObjectNodeExpression::resolve(Context& context) const {
    ObjectNode* object = new_object(shape_, context.arena());
    std::size_t shared = 0;
    for (const auto& [position, node] : values_) {
        const Value value = node->resolve(context);
        if (value.is_failure()) {
            return value;
        }
        shared += is_shared(value) ? 1 : 0;
        object->values[position] = value;
    }
    count_shared(context, shared);
    return Value::object(object);
}

Value BinaryNode::resolve(Context& context) const {
    const Value left = left_->resolve(context);
    if (left.is_failure()) {
        return left;
    }
    const Value right = right_->resolve(context);
    if (right.is_failure()) {
        return right;
    }
    return apply(op_, left, right, context);
}

Value ShortCircuitNode::resolve(Context& context) const {
    const Value left = left_->resolve(context);
    switch (op_) {
        case ast::BinaryOperator::Coalesce:
            if (left.is_failure() && context.failure() == FailureKind::Error) {
                context.clear_failure();
                return right_->resolve(context);
            }
            return left;
        case ast::BinaryOperator::Or: {
            const bool falsy = left.is_null() || (left.is_boolean() && !left.as_boolean());
            return falsy ? right_->resolve(context) : left;
        }
        default:
            break;
    }
    if (left.is_failure()) {
        return left;
    }
    if (left.is_null() || (left.is_boolean() && !left.as_boolean())) {
        return Value::boolean(false);
    }
    const Value right = right_->resolve(context);
    if (right.is_failure()) {
        return right;
    }
    if (left.is_boolean() && right.is_boolean()) {
        return right;
    }
    return left.is_boolean() && right.is_null() ? Value::boolean(false)
                                                : and_failure(left, right, context);
}

Value NotNode::resolve(Context& context) const {
    const Value value = operand_->resolve(context);
    return value.is_failure() ? value : Value::boolean(!value.as_boolean());
}

Value BlockNode::resolve(Context& context) const {
    Value value;
    for (const NodePtr& statement : statements_) {
        value = statement->resolve(context);
        if (value.is_failure()) {
            return value;
        }
    }
    return value;
}

Value IfNode::resolve(Context& context) const {
    for (const Branch& branch : branches_) {
        const Value verdict = branch.predicate->resolve(context);
        if (verdict.is_failure()) {
            return verdict;
        }
        if (verdict.as_boolean()) {
            return branch.block->resolve(context);
        }
    }
    return otherwise_ ? otherwise_->resolve(context) : Value::null();
}

Value AbortNode::resolve(Context& context) const {
    if (!message_) {
        return context.fail(FailureKind::Abort, "aborted");
    }
    const Value message = message_->resolve(context);
    if (message.is_failure()) {
        return message;
    }
    return context.fail(FailureKind::Abort, context.arena().copy(message.as_bytes()));
}

Value ReturnNode::resolve(Context& context) const {
    const Value value = value_->resolve(context);
    return value.is_failure() ? value : context.leave(value);
}

namespace {

/// The value that an assignment results in, or the failure of values that have grown too far.
Value assigned(const Value& value, Context& context) {
    const bool container = value.is_array() || value.is_object();
    if (container && context.growth_is_due() && !check_growth(context)) [[unlikely]] {
        return Value::failure();
    }
    return value;
}

}  // namespace

Value AssignmentNode::resolve(Context& context) const {
    const Value value = value_->resolve(context);
    if (value.is_failure() || !place_) {
        return value;
    }
    // The value is the assignment's result as well.
    freeze(value, context.arena());
    place_->set(context, value);
    return assigned(value, context);
}

Value ErrorAssignmentNode::resolve(Context& context) const {
    Value value = value_->resolve(context);
    Value error;
    if (value.is_failure()) {
        if (context.failure() != FailureKind::Error) {
            return value;
        }
        context.clear_failure();
        error = Value::bytes(context.message());
        value = fallback_;
    }
    freeze(value, context.arena());
    if (place_) {
        place_->set(context, value);
    }
    if (error_) {
        error_->set(context, error);
    }
    return error.is_null() ? assigned(value, context) : error;
}

}  // namespace engine::vrl
