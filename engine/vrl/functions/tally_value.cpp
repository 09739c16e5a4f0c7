#include <algorithm>

#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    return Value::integer(std::ranges::count_if(
        call.items(0), [&](const Value& item) { return equal(item, call[1]); }));
}

const Function tally_value_function{
    .name = "tally_value",
    .category = "Enumerate",
    .summary = "How often the value occurs in the array.",
    .parameters = {required("array", kinds::array, "The array."),
                   required("value", kinds::any, "The value to count.")},
    .returns = kinds::integer,
    .examples = {{"Strings", R"(tally_value(["a", "b", "a"], "a"))", R"(2)"},
                 {"None", R"(tally_value([], 1))", R"(0)"},
                 {"Kinds must match", R"(tally_value([1, 1.0], 1))", R"(1)"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(tally_value_function);
}  // namespace engine::vrl
