#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    switch (call[0].kind()) {
        case ValueKind::Bytes:
            return Value::boolean(call.bytes(0).empty());
        case ValueKind::Array:
            return Value::boolean(call.items(0).empty());
        default:
            return Value::boolean(call.object(0).size() == 0);
    }
}

const Function is_empty_function{
    .name = "is_empty",
    .category = "Type",
    .summary = "Whether a string, array or object has nothing in it.",
    .parameters = {required("value", kinds::bytes | kinds::container, "The value to look at.")},
    .returns = kinds::boolean,
    .examples = {{"An empty string", R"(is_empty(""))", R"(true)"},
                 {"Blanks count", R"(is_empty(" "))", R"(false)"},
                 {"An array of null", R"(is_empty([null]))", R"(false)"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(is_empty_function);
}  // namespace engine::vrl
