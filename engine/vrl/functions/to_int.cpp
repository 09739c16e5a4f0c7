#include "engine/vrl/coerce.hpp"
#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    return to_int(call[0], call.context());
}

const Function to_int_function{
    .name = "to_int",
    .category = "Coerce",
    .summary = "Converts the value to type integer where that is possible.",
    .parameters = {required("value", kinds::any, "The value to convert.")},
    .returns = kinds::integer,
    .may_fail =
        [](const CallTypes& types) {
            return !types[0].is(kinds::number | kinds::boolean | kinds::null | kinds::timestamp);
        },
    .examples = {{"From a string", R"(to_int!("5"))", R"(5)"},
                 {"Fractions are cut", R"(to_int(5.9))", R"(5)"},
                 {"From a boolean", R"(to_int(true))", R"(1)"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(to_int_function);
}  // namespace engine::vrl
