#include <cmath>
#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    if (call[0].is_float()) {
        return Value::floating(std::fabs(call[0].as_float()));
    }
    const std::int64_t value = call.integer(0);
    return Value::integer(
        value < 0 ? static_cast<std::int64_t>(0 - static_cast<std::uint64_t>(value)) : value);
}

const Function abs_function{
    .name = "abs",
    .category = "Number",
    .summary = "The number without its sign.",
    .parameters = {required("value", kinds::number, "The number.")},
    .returns = kinds::number,
    .type = [](const CallTypes& types) { return Type(types[0].kinds() & kinds::number); },
    .examples = {{"An integer", R"(abs(-42))", R"(42)"},
                 {"A float", R"(abs(-42.5))", R"(42.5)"},
                 {"Positive", R"(abs(7))", R"(7)"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(abs_function);
}  // namespace engine::vrl
