#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "engine/event/value.hpp"

namespace engine {

// Changing arrays and objects. Containers have value semantics: a node is changed in place only by
// the arena that owns it, otherwise a shallow copy is made first. Whoever stores a Value in a
// second place freezes it (a frozen node has no owner), so that neither place sees the other's
// changes.

/// Declares that the value's container may get a second parent. `arena` is the writer's own: nodes
/// of other arenas are never written to, and need no mark.
inline void freeze(const Value& value, const Arena& arena) {
    if (value.is_object()) {
        if (value.object_node()->owner == &arena)
            value.object_node()->owner = nullptr;
    } else if (value.is_array()) {
        if (value.array_node()->owner == &arena)
            value.array_node()->owner = nullptr;
    }
}

/// Whether it is a container that may have other parents.
[[nodiscard]] inline bool is_shared(const Value& value) {
    return (value.is_array() && value.as_array().owner == nullptr) ||
           (value.is_object() && value.as_object().owner == nullptr);
}

/// An object of this shape whose values are not yet set.
[[nodiscard]] ObjectNode* new_object(const Shape* shape, Arena& arena);
/// An empty array with room for `capacity` items.
[[nodiscard]] ArrayNode* new_array(std::size_t capacity, Arena& arena);
/// The object of these members, in any order; of equal keys the last one counts. Sorts in place.
struct Member {
    std::string_view key;
    Value value;
};
[[nodiscard]] Value object_of(std::span<Member> members, Arena& arena);
[[nodiscard]] Value array_of(std::span<const Value> items, Arena& arena);

/// The node of the object in `slot`, which `arena` may change; copied into it first where
/// necessary.
[[nodiscard]] ObjectNode& writable_object(Value& slot, Arena& arena);
[[nodiscard]] ArrayNode& writable_array(Value& slot, Arena& arena);

/// The slot of the member, inserted as null where it is missing. The object must be writable.
[[nodiscard]] Value& insert_member(ObjectNode& object, std::string_view key, Arena& arena);
/// Whether there was such a member. The object must be writable.
bool remove_member(ObjectNode& object, std::string_view key, Arena& arena);
/// The array must be writable.
void push_item(ArrayNode& array, Value item, Arena& arena);
void insert_item(ArrayNode& array, std::size_t position, Value item, Arena& arena);
void remove_item(ArrayNode& array, std::size_t position);

}  // namespace engine
