#include "engine/vrl/coerce.hpp"
#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    return to_bool(call[0], call.context());
}

const Function to_bool_function{
    .name = "to_bool",
    .category = "Coerce",
    .summary = "Converts the value to type boolean where that is possible.",
    .parameters = {required("value", kinds::any, "The value to convert.")},
    .returns = kinds::boolean,
    .may_fail =
        [](const CallTypes& types) {
            return !types[0].is(kinds::number | kinds::boolean | kinds::null);
        },
    .examples = {{"From a word", R"(to_bool!("yes"))", R"(true)"},
                 {"From a number", R"(to_bool(0))", R"(false)"},
                 {"From null", R"(to_bool(null))", R"(false)"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(to_bool_function);
}  // namespace engine::vrl
