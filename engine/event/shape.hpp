#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "engine/event/arena.hpp"

namespace engine {

/// The sorted key list of an object (bytewise, no duplicates). Interned shapes are shared by all
/// threads and live as long as the process; their number is bounded, past that an object carries a
/// shape of its own in its arena. Immutable.
class Shape {
public:
    static constexpr std::uint32_t npos = 0xffff'ffff;

    Shape(std::span<const std::string_view> keys, bool interned)
        : keys_(keys.data()), size_(static_cast<std::uint32_t>(keys.size())), interned_(interned) {}

    [[nodiscard]] std::uint32_t size() const { return size_; }
    [[nodiscard]] std::string_view key(std::uint32_t index) const { return keys_[index]; }
    [[nodiscard]] std::span<const std::string_view> keys() const { return {keys_, size_}; }
    [[nodiscard]] bool interned() const { return interned_; }

    /// Position of the key, or npos.
    [[nodiscard]] std::uint32_t find(std::string_view key) const;
    /// Position at which the key is or would be inserted.
    [[nodiscard]] std::uint32_t lower_bound(std::string_view key) const;

    [[nodiscard]] static const Shape* empty();
    /// The shape of these sorted, distinct keys: interned while there is room, otherwise made in
    /// `arena`, with the keys copied.
    [[nodiscard]] static const Shape* of(std::span<const std::string_view> sorted_keys,
                                         Arena& arena);
    /// This shape with `key` inserted at `position` (from lower_bound), or without the key there.
    /// Cached per thread for interned shapes.
    [[nodiscard]] const Shape* with(std::string_view key, std::uint32_t position,
                                    Arena& arena) const;
    [[nodiscard]] const Shape* without(std::uint32_t position, Arena& arena) const;

private:
    const std::string_view* keys_;
    std::uint32_t size_;
    bool interned_;
};

/// Remembers where a key was in the last object that was looked at. Objects of a stream are alike,
/// so the guess is right almost always and costs one comparison. Any thread: a stale guess is only
/// slow.
class KeyPosition {
public:
    [[nodiscard]] std::uint32_t find(const Shape& shape, std::string_view key) const {
        const std::uint32_t guess = __atomic_load_n(&guess_, __ATOMIC_RELAXED);
        if (guess < shape.size() && shape.key(guess) == key) {
            return guess;
        }
        const std::uint32_t found = shape.find(key);
        if (found != Shape::npos) {
            __atomic_store_n(&guess_, found, __ATOMIC_RELAXED);
        }
        return found;
    }

private:
    mutable std::uint32_t guess_ = 0;
};

}  // namespace engine
