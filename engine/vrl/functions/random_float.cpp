#include <random>

#include "engine/vrl/function.hpp"
#include "engine/vrl/random.hpp"

namespace engine::vrl {
namespace {

constexpr std::string_view problem = "max must be greater than min";

Prepared prepare(Preparation& call) {
    const auto& least = call.constant(0);
    const auto& most = call.constant(1);
    if (least && most && least->is_float() && most->is_float() &&
        !(least->as_float() < most->as_float())) {
        return std::unexpected(CompileError::invalid_argument("max", problem, *most));
    }
    return nullptr;
}

Value run(Call& call) {
    const double least = call[0].as_float();
    const double most = call[1].as_float();
    if (!(least < most)) {
        return call.fail(problem);
    }
    const double part = std::generate_canonical<double, 53>(random_engine());
    const double number = least * (1 - part) + most * part;
    return Value::floating(number < most ? number : least);
}

const Function random_float{
    .name = "random_float",
    .category = "Random",
    .summary = "A random number from `min` up to, but not, `max`.",
    .parameters = {required("min", kinds::floating, "The least that may come."),
                   required("max", kinds::floating, "What it stays below.")},
    .returns = kinds::floating,
    .may_fail = [](const CallTypes& types) { return !types.constant(0) || !types.constant(1); },
    .deterministic = false,
    .examples = {{"A float", "is_float(random_float(0.0, 1.0))", "true"},
                 {"In range", "x = random_float(2.0, 3.0); x >= 2.0 && x < 3.0", "true"},
                 {"Below zero", "random_float(-2.0, -1.0) < 0.0", "true"}},
    .prepare = prepare,
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(random_float);
}  // namespace engine::vrl
