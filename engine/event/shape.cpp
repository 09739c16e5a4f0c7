#include "engine/event/shape.hpp"

#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <utility>
#include <vector>

#include "engine/event/own_shape.hpp"
#include "engine/event/value.hpp"

namespace engine {

namespace {

using Keys = std::span<const std::string_view>;

std::uint64_t hash_of(Keys keys) {
    std::uint64_t hash = keys.size();
    for (const std::string_view key : keys) {
        hash = XXH3_64bits_withSeed(key.data(), key.size(), hash);
    }
    return hash;
}

/// Keys with their hash, to look for.
struct Sought {
    Keys keys;
    std::uint64_t hash;
};

struct KeysHash {
    using is_transparent = void;
    std::size_t operator()(const Sought& sought) const { return sought.hash; }
    std::size_t operator()(const Shape* shape) const { return hash_of(shape->keys()); }
};
struct KeysEqual {
    using is_transparent = void;
    static Keys keys(const Shape* shape) { return shape->keys(); }
    static Keys keys(const Sought& sought) { return sought.keys; }
    bool operator()(const auto& a, const auto& b) const {
        return std::ranges::equal(keys(a), keys(b));
    }
};
using ShapeSet = absl::flat_hash_set<const Shape*, KeysHash, KeysEqual>;

/// The process-wide set of shapes. Bounded in shapes and in bytes of keys, so that hostile input
/// only loses the sharing.
class ShapeTable {
public:
    static constexpr std::size_t maximum_shapes = 4096;
    static constexpr std::size_t maximum_key_bytes = std::size_t{1} << 20;
    static constexpr std::size_t maximum_keys_per_shape = 256;
    /// From here on room is only for shapes that come back.
    static constexpr std::size_t shapes_for_all = maximum_shapes / 4 * 3;

    /// Null when the table is full.
    const Shape* intern(const Sought& sought) {
        const std::scoped_lock lock(mutex_);
        if (auto found = shapes_.find(sought); found != shapes_.end()) {
            return *found;
        }
        if (size_ == maximum_shapes) {
            return nullptr;
        }
        auto* copies = memory_.allocate_array<std::string_view>(sought.keys.size());
        for (std::size_t i = 0; i < sought.keys.size(); ++i) {
            std::optional<std::string_view> key = intern_key(sought.keys[i]);
            if (!key) {
                size_ = maximum_shapes;
                return nullptr;
            }
            new (copies + i) std::string_view(*key);
        }
        const auto* shape = memory_.create<Shape>(Keys{copies, sought.keys.size()}, true);
        shapes_.insert(shape);
        in_order_[count_++] = shape;
        size_ = count_;
        return shape;
    }

    /// The number of shapes; `maximum_shapes` also when there is no room for more keys.
    [[nodiscard]] std::size_t size() const { return size_.load(std::memory_order_acquire); }
    /// Adds the shapes from the `known`th on; how many there are now.
    std::size_t copy_from(std::size_t known, ShapeSet& into) const {
        const std::scoped_lock lock(mutex_);
        into.insert(in_order_.begin() + known, in_order_.begin() + count_);
        return count_;
    }

    static ShapeTable& instance() {
        // Never destroyed: values may be looked at by destructors of static objects.
        static auto* table = new ShapeTable;
        return *table;
    }

private:
    std::optional<std::string_view> intern_key(std::string_view key) {
        if (auto found = keys_.find(key); found != keys_.end()) {
            return *found;
        }
        if (key_bytes_ + key.size() > maximum_key_bytes) {
            return std::nullopt;
        }
        key_bytes_ += key.size();
        return *keys_.insert(memory_.copy(key)).first;
    }

    mutable std::mutex mutex_;
    Arena memory_;
    std::size_t key_bytes_ = 0;
    absl::flat_hash_set<std::string_view> keys_;
    ShapeSet shapes_;
    std::array<const Shape*, maximum_shapes> in_order_{};
    std::size_t count_ = 0;
    std::atomic<std::size_t> size_ = 0;
};

/// One thread's copy of the table: with more shapes than it has room for all threads would wait for
/// its lock (measured with 10,000 shapes and four threads: 6.1 us an event instead of 3.7).
class KnownShapes {
public:
    /// Null when there is no room.
    const Shape* intern(Keys keys) {
        if (keys.size() > ShapeTable::maximum_keys_per_shape) {
            return nullptr;
        }
        const Sought sought{keys, hash_of(keys)};
        if (const auto found = shapes_.find(sought); found != shapes_.end()) {
            return *found;
        }
        ShapeTable& table = ShapeTable::instance();
        const std::size_t size = table.size();
        if (size != seen_size_) {
            copied_ = table.copy_from(copied_, shapes_);
            seen_size_ = size;
            if (const auto found = shapes_.find(sought); found != shapes_.end()) {
                return *found;
            }
        }
        const bool has_room = size < ShapeTable::shapes_for_all ||
                              (size < ShapeTable::maximum_shapes && comes_back(sought.hash));
        return has_room ? table.intern(sought) : nullptr;
    }

    static KnownShapes& local() {
        thread_local KnownShapes shapes;
        return shapes;
    }

private:
    /// Whether it was here not long ago: events with keys of their own each do not fill the table.
    bool comes_back(std::uint64_t hash) {
        return std::exchange(unknown_[hash % unknown_.size()], hash) == hash;
    }

    ShapeSet shapes_;
    std::size_t copied_ = 0;
    std::size_t seen_size_ = 0;
    std::array<std::uint64_t, 1024> unknown_{};
};

/// What one thread has learnt about changes of shapes; spares it the table's lock.
struct Transitions {
    using ByKey = absl::flat_hash_map<std::string_view, const Shape*>;
    absl::flat_hash_map<const Shape*, ByKey> with;
    absl::flat_hash_map<std::pair<const Shape*, std::uint32_t>, const Shape*> without;

    static Transitions& local() {
        thread_local Transitions transitions;
        return transitions;
    }
};

/// Every shape that is not interned is the first member of one.
struct OwnShape {
    Shape shape;
    std::string_view* keys;
    std::uint32_t capacity;
    /// Null once several objects have it. Written by any thread that copies the object.
    const void* holder;
};

OwnShape* own_shape(Keys keys, std::size_t capacity, const void* holder, Arena& arena) {
    auto* copies = arena.allocate_array<std::string_view>(capacity);
    std::uninitialized_copy(keys.begin(), keys.end(), copies);
    return arena.create<OwnShape>(Shape({copies, keys.size()}, false), copies,
                                  static_cast<std::uint32_t>(capacity), holder);
}

const Shape* own_shape(Keys keys, Arena& arena) {
    OwnShape* own = own_shape(keys, keys.size(), nullptr, arena);
    for (std::size_t i = 0; i < keys.size(); ++i) {
        own->keys[i] = arena.copy(keys[i]);
    }
    return &own->shape;
}

OwnShape& own_of(const Shape* shape) {
    return *reinterpret_cast<OwnShape*>(const_cast<Shape*>(shape));
}

}  // namespace

std::uint32_t Shape::lower_bound(std::string_view key) const {
    return static_cast<std::uint32_t>(std::lower_bound(keys_, keys_ + size_, key) - keys_);
}

std::uint32_t Shape::find(std::string_view key) const {
    if (size_ <= 8) {
        // Few keys: comparing lengths first beats the branches of a binary search.
        for (std::uint32_t i = 0; i < size_; ++i) {
            if (keys_[i] == key) {
                return i;
            }
        }
        return npos;
    }
    const std::uint32_t position = lower_bound(key);
    return position < size_ && keys_[position] == key ? position : npos;
}

const Shape* Shape::empty() {
    static const Shape shape({}, true);
    return &shape;
}

const Shape* Shape::of(std::span<const std::string_view> sorted_keys, Arena& arena) {
    if (sorted_keys.empty()) {
        return empty();
    }
    const Shape* shape = KnownShapes::local().intern(sorted_keys);
    return shape != nullptr ? shape : own_shape(sorted_keys, arena);
}

const Shape* Shape::with(std::string_view key, std::uint32_t position, Arena& arena) const {
    if (interned_) {
        auto& known = Transitions::local().with[this];
        if (auto found = known.find(key); found != known.end()) {
            return found->second;
        }
    }
    std::vector<std::string_view> keys(keys_, keys_ + size_);
    keys.insert(keys.begin() + position, key);
    const Shape* shape = of(keys, arena);
    if (interned_ && shape->interned()) {
        Transitions::local().with[this].emplace(shape->key(position), shape);
    }
    return shape;
}

const Shape* Shape::without(std::uint32_t position, Arena& arena) const {
    if (interned_) {
        auto& known = Transitions::local().without;
        if (auto found = known.find({this, position}); found != known.end()) {
            return found->second;
        }
    }
    std::vector<std::string_view> keys(keys_, keys_ + size_);
    keys.erase(keys.begin() + position);
    const Shape* shape = of(keys, arena);
    if (interned_ && shape->interned()) {
        Transitions::local().without.emplace(std::pair{this, position}, shape);
    }
    return shape;
}

const Shape* grow_shape(const Shape* shape, std::string_view key, std::uint32_t position,
                        const void* holder, Arena& arena) {
    const std::uint32_t size = shape->size();
    if (shape->interned() || size < ShapeTable::maximum_keys_per_shape) {
        return shape->with(key, position, arena);
    }
    OwnShape* own = &own_of(shape);
    const std::size_t room = std::size_t{size} * 2;
    if (__atomic_load_n(&own->holder, __ATOMIC_RELAXED) != holder) {
        own = own_shape(shape->keys(), room, holder, arena);
        for (std::uint32_t i = 0; i < size; ++i) {
            own->keys[i] = arena.copy(own->keys[i]);
        }
    } else if (size == own->capacity) {
        own = own_shape(shape->keys(), room, holder, arena);
    }
    std::move_backward(own->keys + position, own->keys + size, own->keys + size + 1);
    own->keys[position] = arena.copy(key);
    own->shape = Shape({own->keys, size + 1}, false);
    return &own->shape;
}

void share_shape(const Shape* shape) {
    if (!shape->interned() && shape->size() > ShapeTable::maximum_keys_per_shape) {
        __atomic_store_n(&own_of(shape).holder, nullptr, __ATOMIC_RELAXED);
    }
}

}  // namespace engine
