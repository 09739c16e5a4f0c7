#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <type_traits>

#include "engine/event/arena.hpp"

namespace engine {

class Shape;
struct ArrayNode;
struct ObjectNode;
namespace regex {
class Regex;
}

/// A point in time: seconds since 1970-01-01T00:00:00Z (years 0001 to 9999 occur) and nanoseconds
/// below one second.
struct Timestamp {
    std::int64_t seconds = 0;
    std::uint32_t nanoseconds = 0;

    [[nodiscard]] static Timestamp now();
    friend auto operator<=>(const Timestamp&, const Timestamp&) = default;
};

enum class ValueKind : std::uint8_t {
    Null,
    Boolean,
    Integer,
    Float,  // never NaN
    Bytes,
    Timestamp,
    Regex,
    Array,
    Object,
};

/// One value of an event: 16 bytes, trivially copyable, owning nothing. Strings up to 14 bytes are
/// stored inside; longer ones, arrays and objects point into memory that the value's batch keeps
/// alive (its arena, its slabs, its parents' arenas). Copying a Value shares its children: see
/// `freeze` before a container gets a second parent.
class Value {
public:
    static constexpr std::size_t inline_capacity = 14;

    constexpr Value() : word_{ValueKind::Null, 0, 0, 0, {.integer = 0}} {}
    [[nodiscard]] static constexpr Value null() { return {}; }
    [[nodiscard]] static Value boolean(bool value) {
        return Value(ValueKind::Boolean, 0, Payload{.integer = value ? 1 : 0});
    }
    [[nodiscard]] static Value integer(std::int64_t value) {
        return Value(ValueKind::Integer, 0, Payload{.integer = value});
    }
    [[nodiscard]] static Value floating(double value) {
        return Value(ValueKind::Float, 0, Payload{.floating = value});
    }
    [[nodiscard]] static Value timestamp(Timestamp value) {
        return Value(ValueKind::Timestamp, value.nanoseconds, Payload{.integer = value.seconds});
    }
    [[nodiscard]] static Value regex(const regex::Regex* value) {
        return Value(ValueKind::Regex, 0, Payload{.regex = value});
    }
    [[nodiscard]] static Value array(ArrayNode* node) {
        return Value(ValueKind::Array, 0, Payload{.array = node});
    }
    [[nodiscard]] static Value object(ObjectNode* node) {
        return Value(ValueKind::Object, 0, Payload{.object = node});
    }
    /// Bytes that the value's batch keeps alive; copied inside when they fit.
    [[nodiscard]] static Value bytes(std::string_view view) {
        if (view.size() <= inline_capacity) {
            Value value;
            value.text_.kind = ValueKind::Bytes;
            value.text_.size = static_cast<std::uint8_t>(view.size());
            if (!view.empty()) {
                std::memcpy(value.text_.characters, view.data(), view.size());
            }
            return value;
        }
        Value value(ValueKind::Bytes, static_cast<std::uint32_t>(view.size()),
                    Payload{.data = view.data()});
        value.word_.inline_size = is_view;
        return value;
    }
    /// Bytes copied into the arena (or inside).
    [[nodiscard]] static Value copy_of(std::string_view bytes_, Arena& arena) {
        return bytes(bytes_.size() <= inline_capacity ? bytes_ : arena.copy(bytes_));
    }

    /// What an expression returns that failed: never stored in an event. Its kind is none of
    /// ValueKind's.
    [[nodiscard]] static Value failure() {
        return Value(ValueKind{0xff}, 0, Payload{.integer = 0});
    }
    [[nodiscard]] bool is_failure() const { return kind() == ValueKind{0xff}; }

    [[nodiscard]] ValueKind kind() const { return word_.kind; }
    [[nodiscard]] bool is_null() const { return kind() == ValueKind::Null; }
    [[nodiscard]] bool is_boolean() const { return kind() == ValueKind::Boolean; }
    [[nodiscard]] bool is_integer() const { return kind() == ValueKind::Integer; }
    [[nodiscard]] bool is_float() const { return kind() == ValueKind::Float; }
    [[nodiscard]] bool is_bytes() const { return kind() == ValueKind::Bytes; }
    [[nodiscard]] bool is_timestamp() const { return kind() == ValueKind::Timestamp; }
    [[nodiscard]] bool is_regex() const { return kind() == ValueKind::Regex; }
    [[nodiscard]] bool is_array() const { return kind() == ValueKind::Array; }
    [[nodiscard]] bool is_object() const { return kind() == ValueKind::Object; }

    // The accessors below require the matching kind.
    [[nodiscard]] bool as_boolean() const { return word_.payload.integer != 0; }
    [[nodiscard]] std::int64_t as_integer() const { return word_.payload.integer; }
    [[nodiscard]] double as_float() const { return word_.payload.floating; }
    [[nodiscard]] Timestamp as_timestamp() const { return {word_.payload.integer, word_.extra}; }
    [[nodiscard]] const regex::Regex& as_regex() const { return *word_.payload.regex; }
    [[nodiscard]] const ArrayNode& as_array() const { return *word_.payload.array; }
    [[nodiscard]] const ObjectNode& as_object() const { return *word_.payload.object; }
    [[nodiscard]] ArrayNode* array_node() const { return word_.payload.array; }
    [[nodiscard]] ObjectNode* object_node() const { return word_.payload.object; }

    /// The bytes of a string: a view into this very Value when they are stored inside, so it must
    /// not outlive or outmove it.
    [[nodiscard]] std::string_view as_bytes() const& {
        if (word_.inline_size == is_view) {
            return {word_.payload.data, word_.extra};
        }
        return {text_.characters, text_.size};
    }
    std::string_view as_bytes() const&& = delete;

    /// Whether both have the same kind and bits: cheap identity, not equality of contents.
    [[nodiscard]] bool identical(const Value& other) const {
        return std::memcmp(this, &other, sizeof(Value)) == 0;
    }

private:
    static constexpr std::uint8_t is_view = 0xff;
    union Payload {
        std::int64_t integer;
        double floating;
        const char* data;
        const regex::Regex* regex;
        ArrayNode* array;
        ObjectNode* object;
    };
    Value(ValueKind kind, std::uint32_t extra, Payload payload)
        : word_{kind, 0, 0, extra, payload} {}

    struct Word {
        ValueKind kind;
        std::uint8_t inline_size;
        std::uint16_t unused;
        std::uint32_t extra;  // bytes: length of a view; timestamp: nanoseconds
        Payload payload;
    };
    struct Text {
        ValueKind kind;
        std::uint8_t size;
        char characters[inline_capacity];
    };
    union {
        Word word_;
        Text text_;
    };
};

static_assert(sizeof(Value) == 16 && std::is_trivially_copyable_v<Value>);

/// Items of an array. `owner` is the arena that may change the node in place, null once the node
/// has more than one parent.
struct ArrayNode {
    Arena* owner;
    Value* items;
    std::uint32_t size;
    std::uint32_t capacity;

    [[nodiscard]] std::span<const Value> view() const { return {items, size}; }
};

/// Members of an object: values in the order of the shape's sorted keys. `owner` as in ArrayNode.
struct ObjectNode {
    Arena* owner;
    const Shape* shape;
    Value* values;
    std::uint32_t capacity;

    [[nodiscard]] std::uint32_t size() const;
    /// The member's value, or null when there is none.
    [[nodiscard]] const Value* find(std::string_view key) const;
};

/// Contents are equal: recursively, kinds must match (1 is not 1.0), as inside arrays in VRL.
[[nodiscard]] bool equal(const Value& left, const Value& right);

/// A copy that owns no foreign memory: all bytes, arrays and objects live in `arena`. For state
/// that outlives a batch. Regexes stay shared.
[[nodiscard]] Value deep_copy(const Value& value, Arena& arena);

/// Bytes that the value would take as compact JSON, estimated without escapes; the unit of the
/// `*_event_bytes_total` metrics.
[[nodiscard]] std::size_t estimated_json_size(const Value& value);

}  // namespace engine
