#include <random>

#include "engine/vrl/function.hpp"
#include "engine/vrl/random.hpp"

namespace engine::vrl {
namespace {

constexpr std::string_view problem = "max must be greater than min";

Prepared prepare(Preparation& call) {
    const auto& least = call.constant(0);
    const auto& most = call.constant(1);
    if (least && most && least->is_integer() && most->is_integer() &&
        least->as_integer() >= most->as_integer()) {
        return std::unexpected(CompileError::invalid_argument("max", problem, *most));
    }
    return nullptr;
}

Value run(Call& call) {
    if (call.integer(0) >= call.integer(1)) {
        return call.fail(problem);
    }
    std::uniform_int_distribution<std::int64_t> numbers(call.integer(0), call.integer(1) - 1);
    return Value::integer(numbers(random_engine()));
}

const Function random_int{
    .name = "random_int",
    .category = "Random",
    .summary = "A random integer from `min` up to, but not, `max`.",
    .parameters = {required("min", kinds::integer, "The least that may come."),
                   required("max", kinds::integer, "What it stays below.")},
    .returns = kinds::integer,
    .may_fail = [](const CallTypes& types) { return !types.constant(0) || !types.constant(1); },
    .deterministic = false,
    .examples = {{"One choice", "random_int(5, 6)", "5"},
                 {"In range", "x = random_int(0, 10); x >= 0 && x < 10", "true"},
                 {"Below zero", "random_int(-5, -4)", "-5"}},
    .prepare = prepare,
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(random_int);
}  // namespace engine::vrl
