#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    return Value::boolean(kind_of(call[0]) == kinds::timestamp);
}

const Function is_timestamp_function{
    .name = "is_timestamp",
    .category = "Type",
    .summary = "Whether the value is a timestamp.",
    .parameters = {required("value", kinds::any, "The value to look at.")},
    .returns = kinds::boolean,
    .examples = {{"It is", R"(is_timestamp(t'2021-01-01T00:00:00Z'))", R"(true)"},
                 {"It is not", R"(is_timestamp("2021"))", R"(false)"},
                 {"Any other value", R"(is_timestamp(["2021", t'2021-01-01T00:00:00Z']))",
                  R"(false)"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(is_timestamp_function);
}  // namespace engine::vrl
