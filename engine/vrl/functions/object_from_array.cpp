#include <algorithm>

#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

/// Collects members; a null key stands for none.
class Members {
public:
    Members(std::size_t capacity, Call& call)
        : call_(call), members_(call.arena().allocate_array<Member>(capacity)) {}

    /// False where the key is neither a string nor null. The key must outlive the members.
    bool add(const Value& key, const Value& value) {
        if (key.is_null()) {
            return true;
        }
        if (!key.is_bytes()) {
            return false;
        }
        members_[count_++] = {key.as_bytes(), call_.share(value)};
        return true;
    }
    Value object() { return object_of({members_, count_}, call_.arena()); }
    Value bad_key() { return call_.fail("object keys must be strings"); }

private:
    Call& call_;
    Member* members_;
    std::size_t count_ = 0;
};

Value zip(Call& call) {
    const std::span<const Value> values = call.items(0);
    const std::span<const Value> keys = call.items(1);
    const std::size_t count = std::min(values.size(), keys.size());
    Members members(count, call);
    for (std::size_t i = 0; i < count; ++i) {
        if (!members.add(keys[i], values[i])) {
            return members.bad_key();
        }
    }
    return members.object();
}

Value run(Call& call) {
    if (call.given(1)) {
        return zip(call);
    }
    const Value none;
    Members members(call.items(0).size(), call);
    for (const Value& pair : call.items(0)) {
        if (!pair.is_array()) {
            return call.wrong_kind(kinds::array, pair);
        }
        const std::span<const Value> items = pair.as_array().view();
        if (!items.empty() && !members.add(items[0], items.size() > 1 ? items[1] : none)) {
            return members.bad_key();
        }
    }
    return members.object();
}

const Function object_from_array_function{
    .name = "object_from_array",
    .category = "Object",
    .summary = "The object of an array of pairs, or of an array of values and one of keys.",
    .parameters = {required("values", kinds::array, "Pairs of key and value, or values."),
                   optional("keys", kinds::array, "The keys of the values; null skips one.")},
    .returns = kinds::object,
    .examples = {{"Pairs", R"(object_from_array([["a", 1], ["b", null]]))",
                  R"({ "a": 1, "b": null })"},
                 {"Values and keys", R"(object_from_array([1, 2], keys: ["a", "b"]))",
                  R"({ "a": 1, "b": 2 })"},
                 {"What has no partner is dropped", R"(object_from_array([1, 2], ["a"]))",
                  R"({ "a": 1 })"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(object_from_array_function);
}  // namespace engine::vrl
