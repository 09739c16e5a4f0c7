#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value merge(const Value& to, const Value& from, bool deep, Call& call) {
    Value result = call.share(to);
    const ObjectNode& source = from.as_object();
    for (std::uint32_t i = 0; i < source.size(); ++i) {
        Value& slot = insert_member(writable_object(result, call.arena()), source.shape->key(i),
                                    call.arena());
        slot = deep && slot.is_object() && source.values[i].is_object()
                   ? merge(slot, source.values[i], deep, call)
                   : call.share(source.values[i]);
    }
    return result;
}

Value run(Call& call) {
    return merge(call[0], call[1], call.boolean(2), call);
}

const Function merge_function{
    .name = "merge",
    .category = "Object",
    .summary = "The first object with the members of the second over its own.",
    .parameters = {required("to", kinds::object, "The object to merge into."),
                   required("from", kinds::object, "The object to merge."),
                   optional("deep", kinds::boolean, "Whether objects within are merged too.",
                            Value::boolean(false))},
    .returns = kinds::object,
    .type = [](const CallTypes& types) { return types[0].merge(types[1]); },
    .examples = {{"Shallow", R"(merge({"a": {"x": 1}, "b": 2}, {"a": {"y": 2}}))",
                  R"({ "a": { "y": 2 }, "b": 2 })"},
                 {"Deep", R"(merge({"a": {"x": 1}}, {"a": {"y": 2}}, deep: true))",
                  R"({ "a": { "x": 1, "y": 2 } })"},
                 {"With nothing", R"(merge({"a": 1}, {}))", R"({ "a": 1 })"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(merge_function);
}  // namespace engine::vrl
