#include "engine/vrl/program.hpp"

#include <string>

#include "engine/vrl/growth.hpp"

namespace engine::vrl {

namespace {

Outcome failed(Context& context) {
    return {Outcome::Kind::Error, Value::null(), context.message()};
}

/// A few assignments double what values stand for so often that encoders should not meet it.
constexpr std::uint32_t growth_to_check_at_the_end = 8;

/// The outcome, unless what the run leaves is too large.
Outcome checked(const Outcome& outcome, Context& context) {
    if (context.out_of_memory()) {
        static_cast<void>(context.fail_for_memory());
        return failed(context);
    }
    if (context.growth_unchecked() >= growth_to_check_at_the_end && !check_growth(context)) {
        return failed(context);
    }
    return outcome;
}

}  // namespace

Outcome run(const Program& program, Target& target, Context& context, std::size_t memory) {
    const Arena::Mark before = context.arena().mark();
    Outcome outcome = resume(program, target, context, {}, memory);
    constexpr std::size_t much = std::size_t{1} << 20;
    if (!outcome.ok() && context.taken() > much) [[unlikely]] {
        // The events beside this one go on and need the memory.
        const std::string message(outcome.message);
        context.arena().rewind_to(before);
        context.forget_variables();
        outcome.message = context.arena().copy(message);
    }
    return outcome;
}

Outcome resume(const Program& program, Target& target, Context& context,
               std::span<const Value> variables, std::size_t memory) {
    context.set_target(target);
    context.set_timezone(program.timezone_);
    context.begin_run(program.variable_count_, memory);
    for (std::size_t slot = 0; slot < variables.size(); ++slot) {
        context.variable(slot) = variables[slot];
    }
    Outcome outcome;
    for (const NodePtr& statement : program.statements_) {
        outcome.value = statement->resolve(context);
        if (context.out_of_memory()) [[unlikely]] {
            break;
        }
        if (!outcome.value.is_failure()) [[likely]] {
            continue;
        }
        switch (context.failure()) {
            case FailureKind::Return:
                outcome.value = context.result();
                return checked(outcome, context);
            case FailureKind::Abort:
                return {Outcome::Kind::Abort, Value::null(), context.message()};
            default:
                return failed(context);
        }
    }
    return checked(outcome, context);
}

}  // namespace engine::vrl
