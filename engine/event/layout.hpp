#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "engine/event/shape.hpp"
#include "engine/event/value.hpp"

namespace engine {

/// Turns members in the order in which an input has them into objects with sorted keys. Inputs
/// repeat themselves, so the cache keeps a tree of the key orders seen: following it costs one
/// comparison a key, and its end knows the shape and each value's place in it. One per thread;
/// bounded.
class LayoutCache {
public:
    /// One key order, up to and including `key`.
    struct Node {
        std::string_view key;
        Node* first_child = nullptr;
        Node* next_sibling = nullptr;
        Node* parent = nullptr;
        std::uint32_t depth = 0;
        const Shape* shape = nullptr;        // of the object that ends here
        std::uint32_t* positions = nullptr;  // depth entries: input position -> position in shape
    };

    [[nodiscard]] static LayoutCache& local();

    [[nodiscard]] Node* root() { return &root_; }
    /// The node for one more key; null when the cache is full or `node` is null: the object then
    /// goes without the cache.
    [[nodiscard]] Node* step(Node* node, std::string_view key) {
        if (node == nullptr)
            return nullptr;
        if (Node* child = node->first_child; child != nullptr && child->key == key) [[likely]] {
            return child;
        }
        return step_slow(node, key);
    }

    /// The object whose keys led to `node` (null: not cached), with these values in input order.
    /// `keys` are the keys in input order; of equal keys the last counts.
    [[nodiscard]] Value finish(Node* node, std::span<const std::string_view> keys,
                               std::span<const Value> values, Arena& arena);

private:
    Node* step_slow(Node* node, std::string_view key);
    /// Fills in shape and positions of an object that ends at `node`; false when its shape can't be
    /// interned.
    bool complete(Node& node, std::span<const std::string_view> keys, Arena& arena);
    static Value uncached(std::span<const std::string_view> keys, std::span<const Value> values,
                          Arena& arena);

    static constexpr std::size_t maximum_nodes = 16384;
    static constexpr std::size_t maximum_key_bytes = std::size_t{1} << 19;
    Node root_;
    Arena memory_;
    std::size_t nodes_ = 0;
    std::size_t key_bytes_ = 0;
};

}  // namespace engine
