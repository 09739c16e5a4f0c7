#include <absl/container/flat_hash_set.h>

#include "engine/vrl/function.hpp"
#include "engine/vrl/value_hash.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    const std::span<const Value> items = call.items(0);
    absl::flat_hash_set<Value, ValueHash, ValueEqual> seen;
    ArrayNode* kept = new_array(items.size(), call.arena());
    for (const Value& item : items) {
        if (seen.insert(item).second) {
            kept->items[kept->size++] = call.share(item);
        }
    }
    return Value::array(kept);
}

const Function unique_function{
    .name = "unique",
    .category = "Enumerate",
    .summary = "The array with each value once, where it comes first.",
    .parameters = {required("value", kinds::array, "The array.")},
    .returns = kinds::array,
    .type = [](const CallTypes& types) { return Type::array_of(types[0].any_item()); },
    .examples = {{"Numbers", R"(unique([3, 1, 3, 2, 1]))", R"([3, 1, 2])"},
                 {"Objects", R"(unique([{"a": 1}, {"a": 1}]))", R"([{ "a": 1 }])"},
                 {"Kinds differ", R"(unique([1, "1"]))", R"([1, "1"])"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(unique_function);
}  // namespace engine::vrl
