#include "engine/event/container.hpp"

#include <algorithm>
#include <vector>

#include "engine/event/own_shape.hpp"
#include "engine/event/shape.hpp"

namespace engine {

namespace {

// A shallow copy gives every child a second parent.
void copy_shared(const Value* from, std::size_t count, Value* to, const Arena& arena) {
    for (std::size_t i = 0; i < count; ++i) {
        freeze(from[i], arena);
        to[i] = from[i];
    }
}

template <typename Node>
void reserve(Node& node, Value*& items, std::size_t size, std::size_t wanted, Arena& arena) {
    if (wanted <= node.capacity) {
        return;
    }
    const std::size_t capacity = std::max<std::size_t>(wanted, std::size_t{node.capacity} * 2);
    auto* larger = arena.allocate_array<Value>(capacity);
    std::copy_n(items, size, larger);
    items = larger;
    node.capacity = static_cast<std::uint32_t>(capacity);
}

}  // namespace

ObjectNode* new_object(const Shape* shape, Arena& arena) {
    share_shape(shape);
    const std::uint32_t size = shape->size();
    return arena.create<ObjectNode>(&arena, shape, arena.allocate_array<Value>(size), size);
}

ArrayNode* new_array(std::size_t capacity, Arena& arena) {
    return arena.create<ArrayNode>(&arena, arena.allocate_array<Value>(capacity), 0U,
                                   static_cast<std::uint32_t>(capacity));
}

Value object_of(std::span<Member> members, Arena& arena) {
    std::ranges::stable_sort(members, {}, &Member::key);
    std::vector<std::string_view> keys;
    keys.reserve(members.size());
    for (const Member& member : members) {
        if (keys.empty() || keys.back() != member.key) {
            keys.push_back(member.key);
        }
    }
    ObjectNode* object = new_object(Shape::of(keys, arena), arena);
    std::size_t position = 0;
    for (std::size_t i = 0; i < members.size(); ++i) {
        if (i > 0 && members[i].key != members[i - 1].key) {
            ++position;
        }
        object->values[position] = members[i].value;
    }
    return Value::object(object);
}

Value array_of(std::span<const Value> items, Arena& arena) {
    ArrayNode* array = new_array(items.size(), arena);
    std::ranges::copy(items, array->items);
    array->size = static_cast<std::uint32_t>(items.size());
    return Value::array(array);
}

ObjectNode& writable_object(Value& slot, Arena& arena) {
    ObjectNode* node = slot.object_node();
    if (node->owner == &arena) {
        return *node;
    }
    ObjectNode* copy = new_object(node->shape, arena);
    copy_shared(node->values, node->shape->size(), copy->values, arena);
    slot = Value::object(copy);
    return *copy;
}

ArrayNode& writable_array(Value& slot, Arena& arena) {
    ArrayNode* node = slot.array_node();
    if (node->owner == &arena) {
        return *node;
    }
    ArrayNode* copy = new_array(node->size, arena);
    copy_shared(node->items, node->size, copy->items, arena);
    copy->size = node->size;
    slot = Value::array(copy);
    return *copy;
}

Value& insert_member(ObjectNode& object, std::string_view key, Arena& arena) {
    const std::uint32_t position = object.shape->lower_bound(key);
    const std::uint32_t size = object.shape->size();
    if (position < size && object.shape->key(position) == key) {
        return object.values[position];
    }
    // Objects that grow by one member tend to grow by more.
    if (size == object.capacity) {
        reserve(object, object.values, size, std::size_t{size} + 4, arena);
    }
    object.shape = grow_shape(object.shape, key, position, &object, arena);
    std::copy_backward(object.values + position, object.values + size, object.values + size + 1);
    object.values[position] = Value::null();
    return object.values[position];
}

bool remove_member(ObjectNode& object, std::string_view key, Arena& arena) {
    const std::uint32_t position = object.shape->find(key);
    if (position == Shape::npos) {
        return false;
    }
    std::copy(object.values + position + 1, object.values + object.shape->size(),
              object.values + position);
    object.shape = object.shape->without(position, arena);
    return true;
}

void push_item(ArrayNode& array, Value item, Arena& arena) {
    insert_item(array, array.size, item, arena);
}

void insert_item(ArrayNode& array, std::size_t position, Value item, Arena& arena) {
    if (array.size == array.capacity) {
        reserve(array, array.items, array.size, std::size_t{array.size} + 4, arena);
    }
    std::copy_backward(array.items + position, array.items + array.size,
                       array.items + array.size + 1);
    array.items[position] = item;
    ++array.size;
}

void remove_item(ArrayNode& array, std::size_t position) {
    std::copy(array.items + position + 1, array.items + array.size, array.items + position);
    --array.size;
}

}  // namespace engine
