#include <algorithm>

#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

void flatten_array(const ArrayNode& array, ArrayNode& flat, Call& call) {
    for (const Value& item : array.view()) {
        if (call.out_of_memory()) {
            return;
        }
        if (item.is_array()) {
            flatten_array(item.as_array(), flat, call);
        } else {
            push_item(flat, call.share(item), call.arena());
        }
    }
}

/// Makes one level of an object, joining keys on the way down.
class ObjectFlattener {
public:
    explicit ObjectFlattener(Call& call) : call_(call) {}

    void add(const ObjectNode& object, std::string_view prefix, bool is_root) {
        // A long key before many short ones is copied for each of them.
        for (std::uint32_t i = 0; i < object.size() && !call_.out_of_memory(); ++i) {
            const std::string_view key = object.shape->key(i);
            const std::string_view path = is_root ? key : join(prefix, key);
            const Value& value = object.values[i];
            if (value.is_object() && !is_exempt(key)) {
                add(value.as_object(), path, false);
            } else {
                members_.push_back({path, call_.share(value)});
            }
        }
    }
    Value object() { return object_of(members_, call_.arena()); }

private:
    [[nodiscard]] bool is_exempt(std::string_view key) const {
        return call_.given(2) && std::ranges::any_of(call_.items(2), [&](const Value& except) {
                   return except.is_bytes() && except.as_bytes() == key;
               });
    }
    [[nodiscard]] std::string_view join(std::string_view prefix, std::string_view key) {
        const std::string_view separator = call_.bytes(1);
        const std::size_t size = prefix.size() + separator.size() + key.size();
        char* begin = call_.arena().allocate_array<char>(size);
        char* end = std::ranges::copy(prefix, begin).out;
        end = std::ranges::copy(separator, end).out;
        std::ranges::copy(key, end);
        return {begin, size};
    }

    Call& call_;
    std::vector<Member> members_;
};

Value run(Call& call) {
    if (call[0].is_array()) {
        ArrayNode* flat = new_array(call.items(0).size(), call.arena());
        flatten_array(call[0].as_array(), *flat, call);
        return call.out_of_memory() ? call.fail_for_memory() : Value::array(flat);
    }
    ObjectFlattener flattener(call);
    flattener.add(call.object(0), {}, true);
    return call.out_of_memory() ? call.fail_for_memory() : flattener.object();
}

/// `except` must be written as an array of strings.
Prepared prepare(Preparation& call) {
    if (call.given(2) && !call.constant(2)) {
        return std::unexpected(
            CompileError::unexpected_expression("except", "array", form_name(*call.expression(2))));
    }
    return nullptr;
}

const Function flatten_function{
    .name = "flatten",
    .category = "Enumerate",
    .summary =
        "The object with all members of objects within at its top, under joined keys; or the array "
        "with the items of all arrays within.",
    .parameters = {required("value", kinds::container, "The object or array."),
                   optional("separator", kinds::bytes, "What to put between keys.",
                            Value::bytes(".")),
                   optional("except", kinds::array, "Keys whose objects stay as they are.")},
    .returns = kinds::container,
    .type = [](const CallTypes& types) -> Type {
        return types[0].is(kinds::array) ? kinds::array : kinds::object;
    },
    .examples = {{"An object", R"(flatten({"a": {"b": 1, "c": {"d": 2}}}))",
                  R"({ "a.b": 1, "a.c.d": 2 })"},
                 {"Another separator", R"(flatten({"a": {"b": 1}}, separator: "_"))",
                  R"({ "a_b": 1 })"},
                 {"But not", R"(flatten({"a": {"b": 1}, "c": {"d": 2}}, except: ["c"]))",
                  R"({ "a.b": 1, "c": { "d": 2 } })"},
                 {"An array", R"(flatten([1, [2, [3]]]))", R"([1, 2, 3])"}},
    .prepare = prepare,
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(flatten_function);
}  // namespace engine::vrl
