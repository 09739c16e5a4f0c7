#include "engine/diagnostic/span.hpp"
#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    return Value::integer(static_cast<std::int64_t>(character_count(call.bytes(0))));
}

const Function strlen_function{
    .name = "strlen",
    .category = "Enumerate",
    .summary = "Number of characters of a text.",
    .parameters = {required("value", kinds::bytes, "The text to measure.")},
    .returns = kinds::integer,
    .examples = {{"Characters", R"(strlen("ñandú"))", R"(5)"},
                 {"ASCII", R"(strlen("abc"))", R"(3)"},
                 {"Empty", R"(strlen(""))", R"(0)"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(strlen_function);
}  // namespace engine::vrl
