#include <cmath>
#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    if (call[0].is_integer()) {
        return call[0];
    }
    const double scale = std::pow(10.0, static_cast<double>(call.integer(1)));
    const double scaled = std::ceil(call[0].as_float() * scale) / scale;
    return Value::floating(std::isnan(scaled) ? 0.0 : scaled);
}

const Function ceil_function{
    .name = "ceil",
    .category = "Number",
    .summary = "The number with `precision` decimals: ceil.",
    .parameters = {required("value", kinds::number, "The number."),
                   optional("precision", kinds::integer, "How many decimals to keep.",
                            Value::integer(0))},
    .returns = kinds::number,
    .type = [](const CallTypes& types) { return Type(types[0].kinds() & kinds::number); },
    .examples = {{"To a whole number", R"(ceil(4.345))", R"(5)"},
                 {"With decimals", R"(ceil(4.345, precision: 2))", R"(4.35)"},
                 {"An integer", R"(ceil(5))", R"(5)"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(ceil_function);
}  // namespace engine::vrl
