#include "engine/vrl/function.hpp"
#include "engine/vrl/random.hpp"

namespace engine::vrl {
namespace {

Value run(Call&) {
    return Value::boolean((random_engine()() & 1) != 0);
}

const Function random_bool{
    .name = "random_bool",
    .category = "Random",
    .summary = "True or false, at random.",
    .returns = kinds::boolean,
    .deterministic = false,
    .examples = {{"A boolean", "is_boolean(random_bool())", "true"},
                 {"In an array", "length([random_bool()])", "1"},
                 {"In a condition", "if random_bool() { 1 } else { 1 }", "1"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(random_bool);
}  // namespace engine::vrl
