#include <cmath>
#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    if (call[0].is_integer()) {
        return call[0];
    }
    const double scale = std::pow(10.0, static_cast<double>(call.integer(1)));
    const double scaled = std::floor(call[0].as_float() * scale) / scale;
    return Value::floating(std::isnan(scaled) ? 0.0 : scaled);
}

const Function floor_function{
    .name = "floor",
    .category = "Number",
    .summary = "The number with `precision` decimals: floor.",
    .parameters = {required("value", kinds::number, "The number."),
                   optional("precision", kinds::integer, "How many decimals to keep.",
                            Value::integer(0))},
    .returns = kinds::number,
    .type = [](const CallTypes& types) { return Type(types[0].kinds() & kinds::number); },
    .examples = {{"To a whole number", R"(floor(4.345))", R"(4)"},
                 {"With decimals", R"(floor(4.345, precision: 2))", R"(4.34)"},
                 {"An integer", R"(floor(5))", R"(5)"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(floor_function);
}  // namespace engine::vrl
