#include "engine/vrl/compiler.hpp"
#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    Target& target = call.context().target();
    if (target.secrets.is_object() && target.secrets.as_object().find(call.bytes(0)) != nullptr) {
        target.secrets_changed = true;
        ObjectNode& secrets = writable_object(target.secrets, call.arena());
        remove_member(secrets, call.bytes(0), call.arena());
    }
    return Value::null();
}

const Function remove_secret_function{
    .name = "remove_secret",
    .category = "Event",
    .summary = "Takes the event's secret of that name away.",
    .parameters = {required("key", kinds::bytes, "The secret's name.")},
    .returns = kinds::null,
    .deterministic = false,
    .effect = [](const CallTypes&, TypeState&) {},
    .examples = {{"Remove", R"(set_secret("a", "1"); remove_secret("a"); get_secret("a"))",
                  R"(null)"},
                 {"Others stay",
                  R"(set_secret("a", "1"); set_secret("b", "2"); remove_secret("a"); )"
                  R"(get_secret("b"))",
                  R"("2")"},
                 {"Nothing there", R"(remove_secret("none"))", R"(null)"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(remove_secret_function);
}  // namespace engine::vrl
