#include "engine/vrl/coerce.hpp"
#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    return to_float(call[0], call.context());
}

const Function parse_float{
    .name = "parse_float",
    .category = "String",
    .summary = "Reads a decimal number.",
    .parameters = {required("value", kinds::bytes, "The number's text.")},
    .returns = kinds::floating,
    .fallible = true,
    .examples = {{"A number", R"(parse_float!("-1.5"))", "-1.5"},
                 {"An exponent", R"(parse_float!("1e10"))", "10000000000"},
                 {"No number", R"(parse_float("1,5") ?? 0.0)", "0"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(parse_float);
}  // namespace engine::vrl
