#include "engine/vrl/coerce.hpp"
#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    return to_string(call[0], call.context());
}

const Function to_string_function{
    .name = "to_string",
    .category = "Coerce",
    .summary = "Converts the value to type string where that is possible.",
    .parameters = {required("value", kinds::any, "The value to convert.")},
    .returns = kinds::bytes,
    .may_fail =
        [](const CallTypes& types) {
            return !types[0].is(kinds::bytes | kinds::number | kinds::boolean | kinds::null |
                                kinds::timestamp);
        },
    .examples = {{"From an integer", R"(to_string(52))", R"("52")"},
                 {"From a boolean", R"(to_string(true))", R"("true")"},
                 {"From null", R"(to_string(null))", R"("")"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(to_string_function);
}  // namespace engine::vrl
