#include "engine/event/layout.hpp"

#include <algorithm>

#include "engine/event/container.hpp"

namespace engine {

LayoutCache& LayoutCache::local() {
    thread_local LayoutCache cache;
    return cache;
}

LayoutCache::Node* LayoutCache::step_slow(Node* node, std::string_view key) {
    Node* previous = nullptr;
    for (Node* child = node->first_child; child != nullptr; child = child->next_sibling) {
        if (child->key == key) {
            // Move to front: the order last seen is the best guess.
            if (previous != nullptr) {
                previous->next_sibling = child->next_sibling;
                child->next_sibling = node->first_child;
                node->first_child = child;
            }
            return child;
        }
        previous = child;
    }
    if (nodes_ == maximum_nodes || key_bytes_ + key.size() > maximum_key_bytes) {
        return nullptr;
    }
    ++nodes_;
    key_bytes_ += key.size();
    Node* child = memory_.create<Node>();
    child->key = memory_.copy(key);
    child->parent = node;
    child->depth = node->depth + 1;
    child->next_sibling = node->first_child;
    node->first_child = child;
    return child;
}

bool LayoutCache::complete(Node& node, std::span<const std::string_view> keys, Arena& arena) {
    std::vector<std::string_view> sorted(keys.begin(), keys.end());
    std::ranges::sort(sorted);
    sorted.erase(std::ranges::unique(sorted).begin(), sorted.end());
    const Shape* shape = Shape::of(sorted, arena);
    if (!shape->interned()) {
        return false;
    }
    node.positions = memory_.allocate_array<std::uint32_t>(keys.size());
    for (std::size_t i = 0; i < keys.size(); ++i) {
        node.positions[i] = shape->find(keys[i]);
    }
    node.shape = shape;
    return true;
}

Value LayoutCache::uncached(std::span<const std::string_view> keys, std::span<const Value> values,
                            Arena& arena) {
    std::vector<Member> members;
    members.reserve(keys.size());
    for (std::size_t i = 0; i < keys.size(); ++i) {
        members.push_back({keys[i], values[i]});
    }
    return object_of(members, arena);
}

Value LayoutCache::finish(Node* node, std::span<const std::string_view> keys,
                          std::span<const Value> values, Arena& arena) {
    if (keys.empty()) {
        return Value::object(new_object(Shape::empty(), arena));
    }
    if (node == nullptr || (node->shape == nullptr && !complete(*node, keys, arena))) {
        return uncached(keys, values, arena);
    }
    ObjectNode* object = new_object(node->shape, arena);
    for (std::size_t i = 0; i < values.size(); ++i) {
        object->values[node->positions[i]] = values[i];
    }
    return Value::object(object);
}

}  // namespace engine
