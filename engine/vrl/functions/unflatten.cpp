#include <map>
#include <optional>

#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

/// Deeper objects than this could not be written as JSON either.
constexpr int max_depth = 512;

/// A member, as far as its key is not yet taken apart; no rest: the whole of it is.
struct Entry {
    std::optional<std::string_view> rest;
    Value value;
};

/// What stands before the first separator, and after it. The first cut of an empty separator is
/// before the first character.
class KeySplitter {
public:
    explicit KeySplitter(std::string_view separator) : separator_(separator) {}

    struct Parts {
        std::string_view head;
        std::optional<std::string_view> rest;
    };
    [[nodiscard]] Parts split(std::string_view key, int depth) const {
        if (separator_.empty()) {
            return split_characters(key, depth);
        }
        const std::size_t at = key.find(separator_);
        if (at == std::string_view::npos) {
            return {key, std::nullopt};
        }
        return {key.substr(0, at), key.substr(at + separator_.size())};
    }

private:
    /// Of `ab`: nothing, nothing, `a`, `b`, nothing.
    [[nodiscard]] static Parts split_characters(std::string_view key, int depth) {
        if (depth < 2) {
            return {key.substr(0, 0), key};
        }
        if (key.empty()) {
            return {key, std::nullopt};
        }
        std::size_t size = 1;
        while (size < key.size() && (static_cast<unsigned char>(key[size]) & 0xc0) == 0x80) {
            ++size;
        }
        return {key.substr(0, size), key.substr(size)};
    }

    std::string_view separator_;
};

class Unflattener {
public:
    explicit Unflattener(Call& call) : call_(call), splitter_(call.bytes(1)) {}

    /// Failure where keys have too many parts.
    Value object(const ObjectNode& object) {
        std::vector<Entry> entries;
        for (std::uint32_t i = 0; i < object.size(); ++i) {
            const Value& value = object.values[i];
            const bool descends = call_.boolean(2) && value.is_object();
            const Value inner = descends ? this->object(value.as_object()) : call_.share(value);
            if (inner.is_failure()) {
                return inner;
            }
            entries.push_back({object.shape->key(i), inner});
        }
        return nest(entries, 0);
    }

private:
    Value nest(const std::vector<Entry>& entries, int depth) {
        if (depth > max_depth) {
            return call_.fail("a key has more than {} parts", max_depth);
        }
        std::map<std::string_view, std::vector<Entry>> groups;
        for (const Entry& entry : entries) {
            const KeySplitter::Parts parts = splitter_.split(*entry.rest, depth);
            groups[parts.head].push_back({parts.rest, entry.value});
        }
        std::vector<Member> members;
        for (auto& [head, group] : groups) {
            // Longer keys win over the one that ends here.
            const Value last = group.back().value;
            std::erase_if(group, [](const Entry& entry) { return !entry.rest; });
            const Value value = group.empty() ? last : nest(group, depth + 1);
            if (value.is_failure()) {
                return value;
            }
            members.push_back({head, value});
        }
        return object_of(members, call_.arena());
    }

    Call& call_;
    KeySplitter splitter_;
};

Value run(Call& call) {
    return Unflattener(call).object(call.object(0));
}

const Function unflatten_function{
    .name = "unflatten",
    .category = "Enumerate",
    .summary = "The object with members of joined keys moved into objects within.",
    .parameters = {required("value", kinds::object, "The object."),
                   optional("separator", kinds::bytes, "What stands between keys.",
                            Value::bytes(".")),
                   optional("recursive", kinds::boolean,
                            "Whether the keys of objects within are taken apart too.",
                            Value::boolean(true))},
    .returns = kinds::object,
    .examples = {{"Nest", R"(unflatten({"a.b": 1, "a.c": 2, "d": 3}))",
                  R"({ "a": { "b": 1, "c": 2 }, "d": 3 })"},
                 {"Another separator", R"(unflatten({"a_b": 1}, separator: "_"))",
                  R"({ "a": { "b": 1 } })"},
                 {"Top level only", R"(unflatten({"a.b": {"c.d": 1}}, recursive: false))",
                  R"({ "a": { "b": { "c.d": 1 } } })"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(unflatten_function);
}  // namespace engine::vrl
