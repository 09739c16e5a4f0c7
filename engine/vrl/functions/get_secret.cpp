#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    const Value& secrets = call.context().target().secrets;
    const Value* secret = secrets.is_object() ? secrets.as_object().find(call.bytes(0)) : nullptr;
    return secret == nullptr ? Value::null() : *secret;
}

const Function get_secret_function{
    .name = "get_secret",
    .category = "Event",
    .summary = "The event's secret of that name, or null.",
    .parameters = {required("key", kinds::bytes, "The secret's name.")},
    .returns = kinds::bytes | kinds::null,
    .deterministic = false,
    .examples = {{"A secret", R"(set_secret("token", "abc"); get_secret("token"))", R"("abc")"},
                 {"None", R"(get_secret("token"))", R"(null)"},
                 {"Case counts", R"(set_secret("a", "1"); get_secret("A"))", R"(null)"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(get_secret_function);
}  // namespace engine::vrl
