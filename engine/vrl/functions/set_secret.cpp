#include "engine/vrl/compiler.hpp"
#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    Target& target = call.context().target();
    target.secrets_changed = true;
    if (!target.secrets.is_object()) {
        target.secrets = Value::object(new_object(Shape::empty(), call.arena()));
    }
    ObjectNode& secrets = writable_object(target.secrets, call.arena());
    insert_member(secrets, call.bytes(0), call.arena()) = call[1];
    return Value::null();
}

const Function set_secret_function{
    .name = "set_secret",
    .category = "Event",
    .summary = "Gives the event a secret: it goes along with it but is never written out.",
    .parameters = {required("key", kinds::bytes, "The secret's name."),
                   required("secret", kinds::bytes, "The secret.")},
    .returns = kinds::null,
    .deterministic = false,
    .effect = [](const CallTypes&, TypeState&) {},
    .examples = {{"Set", R"(set_secret("token", "abc"); get_secret("token"))", R"("abc")"},
                 {"Replace", R"(set_secret("k", "v"); set_secret("k", "w"); get_secret("k"))",
                  R"("w")"},
                 {"Not in the event", R"(set_secret("k", "v"); .)", R"({  })"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(set_secret_function);
}  // namespace engine::vrl
