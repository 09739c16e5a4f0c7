#include "engine/vrl/call_node.hpp"

namespace engine::vrl {

Value CallNode::fail(Context& context) const {
    if (context.failure() == FailureKind::ClosureReturn) {
        return context.fail(context.message());
    }
    if (context.failure() != FailureKind::Error) {
        return Value::failure();
    }
    return context.failf("function call error for \"{}\" at ({}:{}): {}", function_.name,
                         span_.begin, span_.end, context.message());
}

Value CallNode::wrong_kind(Context& context, std::size_t argument, const Value& got) const {
    static_cast<void>(context.failf("expected {}, got {}",
                                    describe(function_.parameters[argument].accepts),
                                    Type::of(got).describe()));
    return fail(context);
}

Value CallNode::resolve(Context& context) const {
    constexpr std::size_t most = 16;
    Value values[most];
    const std::size_t count = arguments_.size();
    for (std::size_t i = 0; i < count; ++i) {
        const Argument& argument = arguments_[i];
        if (!argument.node) {
            values[i] = argument.fallback;
            continue;
        }
        values[i] = argument.node->resolve(context);
        if (values[i].is_failure()) [[unlikely]] {
            return fail(context);
        }
        if (!argument.check.covers(kind_of(values[i]))) [[unlikely]] {
            return wrong_kind(context, i, values[i]);
        }
    }
    Call call(context, site_, values);
    const Value result = run_(call);
    return result.is_failure() ? fail(context) : result;
}

}  // namespace engine::vrl
