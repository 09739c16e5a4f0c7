#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    return call.text(call.timezone().name());
}

const Function get_timezone_name{
    .name = "get_timezone_name",
    .category = "System",
    .summary = "The name of the time zone that functions use by default.",
    .returns = kinds::bytes,
    .fallible = true,
    .deterministic = false,
    .examples = {{"A string", "is_string(get_timezone_name!())", "true"},
                 {"Not empty", "length(get_timezone_name!()) > 0", "true"},
                 {"With a fallback", R"(is_string(get_timezone_name() ?? "UTC"))", "true"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(get_timezone_name);
}  // namespace engine::vrl
