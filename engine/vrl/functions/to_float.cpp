#include "engine/vrl/coerce.hpp"
#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    return to_float(call[0], call.context());
}

const Function to_float_function{
    .name = "to_float",
    .category = "Coerce",
    .summary = "Converts the value to type float where that is possible.",
    .parameters = {required("value", kinds::any, "The value to convert.")},
    .returns = kinds::floating,
    .may_fail =
        [](const CallTypes& types) {
            return !types[0].is(kinds::number | kinds::boolean | kinds::null | kinds::timestamp);
        },
    .examples = {{"From a string", R"(to_float!("3.14"))", R"(3.14)"},
                 {"From a boolean", R"(to_float(true))", R"(1)"},
                 {"From null", R"(to_float(null))", R"(0)"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(to_float_function);
}  // namespace engine::vrl
