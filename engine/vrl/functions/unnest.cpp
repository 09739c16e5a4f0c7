#include "engine/vrl/compiler.hpp"
#include "engine/vrl/function.hpp"
#include "engine/vrl/growth.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    const Query& place = call.query(0);
    const Value root = place.get_root(call.context());
    if (root.is_failure()) {
        return root;
    }
    const Value* array = engine::get(root, place.path());
    const Value found = array == nullptr ? Value::null() : *array;
    if (!found.is_array()) {
        return call.wrong_kind(kinds::array, found);
    }
    const std::span<const Value> items = found.as_array().view();
    // An item of an array makes room first, so what came after it takes its place.
    Value rest = root;
    freeze(rest, call.arena());
    static_cast<void>(engine::remove(rest, place.path(), true, call.arena()));
    ArrayNode* copies = new_array(items.size(), call.arena());
    for (const Value& item : items) {
        if (call.out_of_memory()) {
            return call.fail_for_memory();
        }
        Value copy = call.share(rest);
        engine::insert(copy, place.path(), call.share(item), call.arena());
        copies->items[copies->size++] = copy;
    }
    count_shared(call.context(), items.size());
    return Value::array(copies);
}

/// What has a field on the way to the array is an object.
Type type(const CallTypes& types) {
    const ast::Expression& place = *types.arguments[0].expression;
    std::vector<Type::Step> steps;
    if (const auto* root = place.as<ast::RootQuery>()) {
        steps = steps_of(root->path);
    } else if (const auto* variable = place.as<ast::VariableQuery>()) {
        steps = steps_of(variable->path);
    }
    const bool is_object = !steps.empty() && std::holds_alternative<std::string>(steps.front());
    return Type::array_of(is_object ? Type(kinds::object) : Type::any());
}

const Function unnest_function{
    .name = "unnest",
    .category = "Object",
    .summary =
        "For each item of the array at the path, a copy of the whole with that item in the array's "
        "place.",
    .parameters = {required("path", kinds::array, "The path of the array.").query()},
    .returns = kinds::array,
    .type = type,
    .examples = {{"The event", R"(unnest!(.l))", R"([{ "k": "v", "l": 1 }, { "k": "v", "l": 2 }])",
                  R"({"k": "v", "l": [1, 2]})"},
                 {"A variable", R"(x = {"a": [1]}; unnest(x.a))", R"([{ "a": 1 }])"},
                 {"Not an array", R"(unnest!(.l))",
                  R"(function call error for "unnest" at (0:11): expected array, got string)",
                  R"({"l": "x"})"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(unnest_function);
}  // namespace engine::vrl
