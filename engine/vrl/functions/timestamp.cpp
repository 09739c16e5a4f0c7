#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    return kind_of(call[0]) == kinds::timestamp ? call[0]
                                                : call.wrong_kind(kinds::timestamp, call[0]);
}

const Function timestamp_function{
    .name = "timestamp",
    .category = "Type",
    .summary = "The value when it is of type timestamp, an error otherwise.",
    .parameters = {required("value", kinds::any, "The value to check.")},
    .returns = kinds::timestamp,
    .may_fail = [](const CallTypes& types) { return !types[0].is(kinds::timestamp); },
    .examples =
        {{"It is", R"(timestamp(t'2021-01-01T00:00:00Z'))", R"(t'2021-01-01T00:00:00Z')"},
         {"Of now", R"(timestamp(now()) > t'2021-01-01T00:00:00Z')", R"(true)"},
         {"It is not", R"(timestamp!(null))",
          R"(function call error for "timestamp" at (0:16): expected timestamp, got null)"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(timestamp_function);
}  // namespace engine::vrl
