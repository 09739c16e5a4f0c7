#pragma once

#include <absl/container/flat_hash_map.h>

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

#include "engine/event/shape.hpp"
#include "engine/event/value.hpp"

namespace engine {

/// Turns members in the order in which an input has them into objects with sorted keys. Inputs
/// repeat themselves, so the cache keeps a tree of the key orders seen: following it costs one
/// comparison a key, and its end knows the shape and each value's place in it. One per thread;
/// bounded: full of orders that do not come back it is emptied.
class LayoutCache {
public:
    /// One key order, up to and including `key`.
    struct Node {
        std::string_view key;
        std::array<Node*, 4> recent{};  // children, the one last seen first; null behind them
        std::uint32_t depth = 0;
        bool is_shapeless = false;     // no shape could be interned for the object that ends here
        const Shape* shape = nullptr;  // of that object
        std::uint32_t* positions = nullptr;  // depth entries: input position -> position in shape
    };

    [[nodiscard]] static LayoutCache& local();

    [[nodiscard]] Node* root() { return &root_; }
    /// To be called when no node is in use, every now and then.
    void renew() {
        if (misses_ >= tolerated_misses) [[unlikely]] {
            clear();
        }
    }
    /// The node for one more key; null when the cache is full or `node` is null: the object then
    /// goes without the cache.
    [[nodiscard]] Node* step(Node* node, std::string_view key) {
        if (node == nullptr)
            return nullptr;
        if (Node* child = node->recent.front(); child != nullptr && child->key == key) [[likely]] {
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

    void clear();

    static constexpr std::size_t maximum_nodes = 16384;
    static constexpr std::size_t maximum_key_bytes = std::size_t{1} << 19;
    /// So many objects without the cache cost far more than filling it anew.
    static constexpr std::size_t tolerated_misses = 4 * maximum_nodes;

    Node root_;
    Arena memory_;
    /// All children: a node may have thousands (events with a key of their own each), which a walk
    /// through them would make dear.
    absl::flat_hash_map<std::pair<const Node*, std::string_view>, Node*> children_;
    std::size_t key_bytes_ = 0;
    std::size_t misses_ = 0;
};

}  // namespace engine
