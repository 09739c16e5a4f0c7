#include "engine/vrl/compiler.hpp"
#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    const std::optional<Value> taken = call.query(0).remove(call.context(), call.boolean(1));
    return taken.value_or(Value::null());
}

void effect(const CallTypes& types, TypeState& state) {
    const ast::Expression& target = *types.arguments[0].expression;
    const bool prune =
        !types.constant(1) || (types.constant(1)->is_boolean() && types.constant(1)->as_boolean());
    if (const auto* root = target.as<ast::RootQuery>()) {
        Type& type = root->root == ast::Root::Event ? state.event : state.metadata;
        type = type.remove(steps_of(root->path), prune);
    } else if (const auto* query = target.as<ast::VariableQuery>()) {
        if (auto variable = state.variables.take(query->variable.text)) {
            variable->type = variable->type.remove(steps_of(query->path), prune);
            variable->constant.reset();
            state.variables.set(query->variable.text, std::move(*variable));
        }
    }
}

const Function del_function{
    .name = "del",
    .category = "Path",
    .summary = "Removes the value at the path and returns it.",
    .parameters = {required("target", kinds::any, "The path.").query(),
                   optional("compact", kinds::boolean,
                            "Whether containers that become empty are removed too.",
                            Value::boolean(false))},
    .returns = kinds::any,
    .type = [](const CallTypes& types) { return types[0].defined(); },
    .pure = false,
    .effect = effect,
    .examples = {{"Delete a field", R"(del(.a); .)", R"({ "b": 2 })", R"({"a": 1, "b": 2})"},
                 {"Its value", R"(del(.a))", R"(1)", R"({"a": 1})"},
                 {"Nothing there", R"(del(.c))", R"(null)", R"({"a": 1})"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(del_function);
}  // namespace engine::vrl
