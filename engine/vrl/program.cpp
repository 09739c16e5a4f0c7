#include "engine/vrl/program.hpp"

namespace engine::vrl {

Outcome run(const Program& program, Target& target, Context& context) {
    return resume(program, target, context, {});
}

Outcome resume(const Program& program, Target& target, Context& context,
               std::span<const Value> variables) {
    context.set_target(target);
    context.set_timezone(program.timezone_);
    context.reset_variables(program.variable_count_);
    for (std::size_t slot = 0; slot < variables.size(); ++slot) {
        context.variable(slot) = variables[slot];
    }
    Outcome outcome;
    for (const NodePtr& statement : program.statements_) {
        outcome.value = statement->resolve(context);
        if (!outcome.value.is_failure()) [[likely]] {
            continue;
        }
        switch (context.failure()) {
            case FailureKind::Return:
                outcome.value = context.result();
                return outcome;
            case FailureKind::Abort:
                return {Outcome::Kind::Abort, Value::null(), context.message()};
            default:
                return {Outcome::Kind::Error, Value::null(), context.message()};
        }
    }
    return outcome;
}

}  // namespace engine::vrl
