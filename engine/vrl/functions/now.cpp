#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call&) {
    return Value::timestamp(Timestamp::now());
}

const Function now_function{
    .name = "now",
    .category = "Timestamp",
    .summary = "The current time.",
    .returns = kinds::timestamp,
    .deterministic = false,
    .examples = {{"A timestamp", R"(is_timestamp(now()))", R"(true)"},
                 {"It passes", R"(now() > t'2021-01-01T00:00:00Z')", R"(true)"},
                 {"As a year", R"(now() < t'9999-01-01T00:00:00Z')", R"(true)"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(now_function);
}  // namespace engine::vrl
