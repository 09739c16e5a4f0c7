#pragma once

#include <cstddef>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace engine::vrl {

/// Sorted map of texts whose copies share what they have in common: a copy takes no time, a change
/// the logarithm of the size, and bringing two maps together that came from one as much as they
/// differ. Thus a branch of a program may have a state of its own.
///
/// A treap whose priorities are hashes of the keys: equal keys give equal trees, whatever the order
/// of insertion, which is what lets `combine` recognise common parts. Value semantics; nodes are
/// immutable once shared. `Size` gives the size of a value for `total`.
template <typename T, typename Size>
class PersistentMap {
    struct Node;
    using Ref = std::shared_ptr<const Node>;

public:
    using value_type = std::pair<std::string, T>;

    /// In the order of keys; of a map that does not change meanwhile.
    class Iterator {
    public:
        using iterator_category = std::forward_iterator_tag;
        using value_type = PersistentMap::value_type;
        using difference_type = std::ptrdiff_t;
        using pointer = const value_type*;
        using reference = const value_type&;

        Iterator() = default;
        reference operator*() const { return path_.back()->entry; }
        pointer operator->() const { return &path_.back()->entry; }
        Iterator& operator++() {
            const Node* right = path_.back()->right.get();
            path_.pop_back();
            descend(right);
            return *this;
        }
        Iterator operator++(int) {
            Iterator before = *this;
            ++*this;
            return before;
        }
        bool operator==(const Iterator& other) const { return path_ == other.path_; }

    private:
        friend class PersistentMap;
        void descend(const Node* node) {
            for (; node != nullptr; node = node->left.get()) {
                path_.push_back(node);
            }
        }
        std::vector<const Node*> path_;
    };

    [[nodiscard]] Iterator begin() const {
        Iterator first;
        first.descend(root_.get());
        return first;
    }
    [[nodiscard]] Iterator end() const { return {}; }
    [[nodiscard]] bool empty() const { return root_ == nullptr; }
    /// Sizes of all values.
    [[nodiscard]] std::size_t total() const { return root_ ? root_->total : 0; }
    /// Whether both are one and the same tree: quick, and true only if they are equal.
    [[nodiscard]] bool same_as(const PersistentMap& other) const { return root_ == other.root_; }

    [[nodiscard]] const T* find(std::string_view key) const {
        const Node* node = root_.get();
        while (node != nullptr && node->entry.first != key) {
            node = (key < node->entry.first ? node->left : node->right).get();
        }
        return node != nullptr ? &node->entry.second : nullptr;
    }
    [[nodiscard]] bool contains(std::string_view key) const { return find(key) != nullptr; }
    void clear() { root_.reset(); }
    void set(std::string_view key, T value) { set(root_, key, hash(key), std::move(value)); }
    /// The value, moved out of the map where nobody else has it.
    [[nodiscard]] std::optional<T> take(std::string_view key) {
        Parts parts = split(std::move(root_), key);
        root_ = join(std::move(parts.less), std::move(parts.greater));
        return std::move(parts.value);
    }
    void erase(std::string_view key) {
        if (contains(key)) {
            static_cast<void>(take(key));
        }
    }

    /// The map of what `both`, `left` and `right` return for values of both maps or of one;
    /// nullopt leaves the key out. `both` of a value with itself must give that value.
    template <typename Both, typename Left, typename Right>
    [[nodiscard]] static PersistentMap combine(const PersistentMap& a, const PersistentMap& b,
                                               const Both& both, const Left& left,
                                               const Right& right) {
        PersistentMap result;
        result.root_ =
            combine(a.root_, b.root_, Rules<Both, Left, Right>{both, left, right}, Order::AsGiven);
        return result;
    }

    bool operator==(const PersistentMap& other) const {
        return root_ == other.root_ || std::equal(begin(), end(), other.begin(), other.end());
    }

private:
    struct Node {
        value_type entry;
        std::size_t priority = 0;
        Ref left = nullptr;
        Ref right = nullptr;
        std::size_t total = 0;
    };
    /// What stands before a key, at it and behind it.
    struct Parts {
        Ref less;
        std::optional<T> value;
        Ref greater;
    };

    static std::size_t hash(std::string_view key) { return std::hash<std::string_view>{}(key); }
    static bool above(std::size_t priority, std::string_view key, const Node& node) {
        return priority != node.priority ? priority > node.priority : key < node.entry.first;
    }
    /// A node to change: the same one when nobody else refers to it.
    static std::shared_ptr<Node> own(Ref&& ref) {
        if (ref.use_count() == 1) {
            return std::const_pointer_cast<Node>(std::move(ref));
        }
        return std::make_shared<Node>(*ref);
    }
    static Ref sealed(std::shared_ptr<Node>&& node) {
        node->total = Size::of(node->entry.second) + (node->left ? node->left->total : 0) +
                      (node->right ? node->right->total : 0);
        return std::move(node);
    }

    static void set(Ref& place, std::string_view key, std::size_t priority, T&& value) {
        if (!place || above(priority, key, *place)) {
            Parts parts = split(std::move(place), key);
            auto node = std::make_shared<Node>();
            node->entry = {std::string(key), std::move(value)};
            node->priority = priority;
            node->left = std::move(parts.less);
            node->right = std::move(parts.greater);
            place = sealed(std::move(node));
            return;
        }
        auto node = own(std::move(place));
        if (node->entry.first == key) {
            node->entry.second = std::move(value);
        } else {
            set(key < node->entry.first ? node->left : node->right, key, priority,
                std::move(value));
        }
        place = sealed(std::move(node));
    }

    static Parts split(Ref ref, std::string_view key) {
        if (!ref) {
            return {};
        }
        auto node = own(std::move(ref));
        if (node->entry.first == key) {
            return {std::move(node->left), std::move(node->entry.second), std::move(node->right)};
        }
        Parts parts;
        if (node->entry.first < key) {
            parts = split(std::move(node->right), key);
            node->right = std::move(parts.less);
            parts.less = sealed(std::move(node));
        } else {
            parts = split(std::move(node->left), key);
            node->left = std::move(parts.greater);
            parts.greater = sealed(std::move(node));
        }
        return parts;
    }

    static Ref join(Ref less, Ref greater) {
        if (!less || !greater) {
            return less ? std::move(less) : std::move(greater);
        }
        if (above(less->priority, less->entry.first, *greater)) {
            auto node = own(std::move(less));
            node->right = join(std::move(node->right), std::move(greater));
            return sealed(std::move(node));
        }
        auto node = own(std::move(greater));
        node->left = join(std::move(less), std::move(node->left));
        return sealed(std::move(node));
    }

    static Ref around(const Node& node, std::optional<T> value, Ref left, Ref right) {
        if (!value) {
            return join(std::move(left), std::move(right));
        }
        auto made = std::make_shared<Node>();
        made->entry = {node.entry.first, std::move(*value)};
        made->priority = node.priority;
        made->left = std::move(left);
        made->right = std::move(right);
        return sealed(std::move(made));
    }

    template <typename Change>
    static Ref map(const Ref& ref, const Change& change) {
        if (!ref) {
            return nullptr;
        }
        Ref left = map(ref->left, change);
        return around(*ref, change(ref->entry.second), std::move(left), map(ref->right, change));
    }

    /// What `combine` does with values.
    template <typename Both, typename Left, typename Right>
    struct Rules {
        const Both& both;
        const Left& left;
        const Right& right;
    };
    enum class Order : bool { AsGiven, Turned };
    static Order turned(Order order) {
        return order == Order::AsGiven ? Order::Turned : Order::AsGiven;
    }

    /// `order` says whether `a` is the right map.
    template <typename R>
    static Ref combine(const Ref& a, const Ref& b, const R& rules, Order order) {
        if (a == b) {
            return a;
        }
        if (!a) {
            return b ? combine(b, a, rules, turned(order)) : nullptr;
        }
        const auto only_mine = [&](const T& value) {
            return order == Order::AsGiven ? rules.left(value) : rules.right(value);
        };
        if (!b) {
            return map(a, only_mine);
        }
        if (above(b->priority, b->entry.first, *a)) {
            return combine(b, a, rules, turned(order));
        }
        // Now the root of `a` is that of the result.
        const auto& [key, mine] = a->entry;
        const auto both = [&](const T& theirs) {
            return order == Order::AsGiven ? rules.both(mine, theirs) : rules.both(theirs, mine);
        };
        if (b->entry.first == key) {
            Ref less = combine(a->left, b->left, rules, order);
            Ref greater = combine(a->right, b->right, rules, order);
            return around(*a, both(b->entry.second), std::move(less), std::move(greater));
        }
        const Parts parts = split(b, key);
        Ref less = combine(a->left, parts.less, rules, order);
        Ref greater = combine(a->right, parts.greater, rules, order);
        return around(*a, parts.value ? both(*parts.value) : only_mine(mine), std::move(less),
                      std::move(greater));
    }

    Ref root_;
};

}  // namespace engine::vrl
