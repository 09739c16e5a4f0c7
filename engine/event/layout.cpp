#include "engine/event/layout.hpp"

#include <algorithm>
#include <vector>

#include "engine/event/container.hpp"

namespace engine {

LayoutCache& LayoutCache::local() {
    thread_local LayoutCache cache;
    return cache;
}

LayoutCache::Node* LayoutCache::step_slow(Node* node, std::string_view key) {
    auto& recent = node->recent;
    for (std::size_t i = 1; i < recent.size() && recent[i] != nullptr; ++i) {
        if (recent[i]->key == key) {
            std::rotate(recent.begin(), recent.begin() + static_cast<std::ptrdiff_t>(i),
                        recent.begin() + static_cast<std::ptrdiff_t>(i) + 1);
            return recent.front();
        }
    }
    Node* child = nullptr;
    if (recent.back() != nullptr) {  // there may be more
        const auto found = children_.find({node, key});
        child = found == children_.end() ? nullptr : found->second;
    }
    if (child == nullptr) {
        if (children_.size() == maximum_nodes || key_bytes_ + key.size() > maximum_key_bytes) {
            ++misses_;
            return nullptr;
        }
        child = memory_.create<Node>();
        child->key = memory_.copy(key);
        child->depth = node->depth + 1;
        children_.emplace(std::pair{node, child->key}, child);
        key_bytes_ += key.size();
    }
    std::shift_right(recent.begin(), recent.end(), 1);
    recent.front() = child;
    return child;
}

void LayoutCache::clear() {
    root_ = {};
    children_.clear();
    memory_.clear();
    key_bytes_ = misses_ = 0;
}

bool LayoutCache::complete(Node& node, std::span<const std::string_view> keys, Arena& arena) {
    if (node.is_shapeless) {
        return false;
    }
    std::vector<std::string_view> sorted(keys.begin(), keys.end());
    std::ranges::sort(sorted);
    sorted.erase(std::ranges::unique(sorted).begin(), sorted.end());
    const Shape* shape = Shape::of(sorted, arena);
    if (!shape->interned()) {
        node.is_shapeless = true;
        ++misses_;
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
