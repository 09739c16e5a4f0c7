#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    const std::span<const Value> entries = call.items(0);
    auto* members = call.arena().allocate_array<Member>(entries.size());
    std::size_t count = 0;
    for (const Value& entry : entries) {
        if (!entry.is_object()) {
            return call.wrong_kind(kinds::object, entry);
        }
        const Value* key = entry.as_object().find("key");
        if (key == nullptr) {
            key = entry.as_object().find("name");
        }
        if (key == nullptr || !key->is_bytes()) {
            return call.fail("object keys must be strings");
        }
        const Value* value = entry.as_object().find("value");
        members[count++] = {key->as_bytes(), value == nullptr ? Value::null() : call.share(*value)};
    }
    return object_of({members, count}, call.arena());
}

const Function from_entries_function{
    .name = "from_entries",
    .category = "Object",
    .summary =
        "The object of an array of `{ \"key\": …, \"value\": … }`; `name` may stand for `key`.",
    .parameters = {required("value", kinds::array, "The entries.")},
    .returns = kinds::object,
    .examples = {{"Entries", R"(from_entries([{"key": "a", "value": 1}]))", R"({ "a": 1 })"},
                 {"Named", R"(from_entries([{"name": "a", "value": 1}]))", R"({ "a": 1 })"},
                 {"Without a value", R"(from_entries([{"key": "a"}]))", R"({ "a": null })"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(from_entries_function);
}  // namespace engine::vrl
