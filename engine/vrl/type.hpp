#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "engine/event/value.hpp"
#include "engine/vrl/persistent_map.hpp"

namespace engine::vrl {

/// Set of kinds of values. `undefined` is the kind of a path that leads nowhere (it reads as null).
struct Kinds {
    std::uint16_t bits = 0;

    constexpr bool operator==(const Kinds&) const = default;
    [[nodiscard]] constexpr Kinds operator|(Kinds other) const {
        return {static_cast<std::uint16_t>(bits | other.bits)};
    }
    [[nodiscard]] constexpr Kinds operator&(Kinds other) const {
        return {static_cast<std::uint16_t>(bits & other.bits)};
    }
    [[nodiscard]] constexpr Kinds without(Kinds other) const {
        return {static_cast<std::uint16_t>(bits & ~other.bits)};
    }
    [[nodiscard]] constexpr bool empty() const { return bits == 0; }
    [[nodiscard]] constexpr bool intersects(Kinds other) const { return (bits & other.bits) != 0; }
    /// Whether all of `other` is in this set.
    [[nodiscard]] constexpr bool covers(Kinds other) const { return (other.bits & ~bits) == 0; }
};

namespace kinds {
inline constexpr Kinds never{0};
inline constexpr Kinds null{1 << 0};
inline constexpr Kinds boolean{1 << 1};
inline constexpr Kinds integer{1 << 2};
inline constexpr Kinds floating{1 << 3};
inline constexpr Kinds bytes{1 << 4};
inline constexpr Kinds timestamp{1 << 5};
inline constexpr Kinds regex{1 << 6};
inline constexpr Kinds array{1 << 7};
inline constexpr Kinds object{1 << 8};
inline constexpr Kinds undefined{1 << 9};
inline constexpr Kinds number = integer | floating;
inline constexpr Kinds container = array | object;
inline constexpr Kinds json = null | boolean | integer | floating | bytes | array | object;
/// Every value.
inline constexpr Kinds any = json | timestamp | regex;
}  // namespace kinds

/// The one kind that a value has.
[[nodiscard]] constexpr Kinds kind_of(ValueKind kind) {
    return {static_cast<std::uint16_t>(1U << static_cast<unsigned>(kind))};
}
[[nodiscard]] inline Kinds kind_of(const Value& value) {
    return kind_of(value.kind());
}

/// `string`, `integer or float`, `string, array or object`, `any`: as error texts name kinds.
[[nodiscard]] std::string describe(Kinds kinds);

class Type;

/// Sizes of types, for the bound on them.
struct TypeSize {
    static std::size_t of(const Type& type);
};

/// What is known about a value before the program runs: its possible kinds, and for objects and
/// arrays the types of known fields and items, and of all others. Value semantics; contents are
/// shared and immutable, so copying is cheap.
class Type {
public:
    struct Contents;

    /// A value of this type does not exist: what `abort` and `return` yield.
    Type() = default;
    /// Containers have unknown contents.
    Type(Kinds kinds) : kinds_(kinds) {}  // NOLINT: `.returns = kinds::bytes` reads better

    [[nodiscard]] static Type never() { return {}; }
    /// Any value; or a path that may lead nowhere.
    [[nodiscard]] static Type any() { return Type(kinds::any | kinds::undefined); }
    /// What JSON can express, at any depth.
    [[nodiscard]] static Type json();
    /// Exactly this value's type, contents included.
    [[nodiscard]] static Type of(const Value& value);

    using Fields = std::map<std::string, Type, std::less<>>;
    using KnownFields = PersistentMap<Type, TypeSize>;
    using Items = std::map<std::int64_t, Type>;
    /// An object of known fields; others have the type `rest`, or do not exist.
    [[nodiscard]] static Type object(Fields fields, std::optional<Type> rest = std::nullopt);
    [[nodiscard]] static Type array(Items items, std::optional<Type> rest = std::nullopt);
    /// All fields or items have this type.
    [[nodiscard]] static Type object_of(Type rest) { return object({}, std::move(rest)); }
    [[nodiscard]] static Type array_of(Type rest) { return array({}, std::move(rest)); }

    [[nodiscard]] Kinds kinds() const { return kinds_; }
    [[nodiscard]] bool is_never() const { return kinds_.empty(); }
    [[nodiscard]] bool is_any() const { return kinds_.covers(kinds::any); }
    /// Whether every possible value is of one of these kinds.
    [[nodiscard]] bool is(Kinds kinds) const {
        return kinds.covers(kinds_.without(kinds::undefined)) &&
               (!kinds_.intersects(kinds::undefined) || kinds.intersects(kinds::null));
    }
    [[nodiscard]] bool may_be(Kinds kinds) const { return kinds_.intersects(kinds); }
    /// The same contents with other kinds.
    [[nodiscard]] Type with_kinds(Kinds kinds) const;
    [[nodiscard]] Type without(Kinds kinds) const { return with_kinds(kinds_.without(kinds)); }
    /// Where `undefined` reads as null.
    [[nodiscard]] Type defined() const;

    /// Fields and items that are known by name; null for unknown contents.
    [[nodiscard]] const KnownFields* fields() const;
    [[nodiscard]] const Items* items() const;
    /// Type of fields (items) that are not known by name: `never` when there are none.
    [[nodiscard]] Type rest_of_object() const;
    [[nodiscard]] Type rest_of_array() const;
    /// Union of all field (item) types: what iterating over the object (array) yields.
    [[nodiscard]] Type any_field() const;
    [[nodiscard]] Type any_item() const;

    /// Either this or that.
    [[nodiscard]] Type unite(const Type& other) const;
    /// Type of the object that results from putting `other`'s fields over this one's.
    [[nodiscard]] Type merge(const Type& other) const;

    using Step = std::variant<std::string, std::int64_t>;
    using Steps = std::span<const Step>;
    /// What reading the path gives, with `undefined` where it may lead nowhere.
    [[nodiscard]] Type at(Steps path) const;
    /// The type after `value` was put there.
    [[nodiscard]] Type insert(Steps path, const Type& value) const&;
    /// The same without a copy of what nobody else refers to.
    [[nodiscard]] Type insert(Steps path, const Type& value) &&;
    /// The type after what is there was removed.
    [[nodiscard]] Type remove(Steps path, bool prune) const;

    /// `any`, `string or integer`, `[integer]`, `{ k: integer }`, `object`.
    [[nodiscard]] std::string describe() const;

    bool operator==(const Type& other) const;

private:
    friend struct TypeBuilder;
    friend struct TypeSize;
    /// Of the types within and this one.
    [[nodiscard]] std::size_t size() const;
    [[nodiscard]] Type insert_item(std::int64_t index, Steps rest, const Type& value) const;

    Kinds kinds_;
    std::shared_ptr<const Contents> contents_;  // null: unknown contents
};

}  // namespace engine::vrl
