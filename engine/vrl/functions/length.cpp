#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    switch (call[0].kind()) {
        case ValueKind::Bytes:
            return Value::integer(static_cast<std::int64_t>(call.bytes(0).size()));
        case ValueKind::Array:
            return Value::integer(call[0].as_array().size);
        default:
            return Value::integer(call.object(0).size());
    }
}

const Function length_function{
    .name = "length",
    .category = "Enumerate",
    .summary = "Number of bytes of a string, items of an array or members of an object.",
    .parameters = {required("value", kinds::bytes | kinds::container, "What to measure.")},
    .returns = kinds::integer,
    .examples = {{"Bytes", R"(length("é"))", R"(2)"},
                 {"Items", R"(length([1, 2, 3]))", R"(3)"},
                 {"Members", R"(length({"a": 1}))", R"(1)"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(length_function);
}  // namespace engine::vrl
