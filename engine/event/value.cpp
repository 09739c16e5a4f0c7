#include "engine/event/value.hpp"

#include <algorithm>
#include <chrono>
#include <vector>

#include "engine/event/container.hpp"
#include "engine/event/shape.hpp"

namespace engine {

Timestamp Timestamp::now() {
    const auto elapsed = std::chrono::system_clock::now().time_since_epoch();
    const auto seconds = std::chrono::floor<std::chrono::seconds>(elapsed);
    return {seconds.count(),
            static_cast<std::uint32_t>(
                std::chrono::duration_cast<std::chrono::nanoseconds>(elapsed - seconds).count())};
}

std::uint32_t ObjectNode::size() const {
    return shape->size();
}

const Value* ObjectNode::find(std::string_view key) const {
    const std::uint32_t position = shape->find(key);
    return position == Shape::npos ? nullptr : values + position;
}

bool equal(const Value& left, const Value& right) {
    if (left.kind() != right.kind()) {
        return false;
    }
    switch (left.kind()) {
        case ValueKind::Null:
            return true;
        case ValueKind::Boolean:
        case ValueKind::Integer:
            return left.as_integer() == right.as_integer();
        case ValueKind::Float:
            return left.as_float() == right.as_float();
        case ValueKind::Bytes:
            return left.as_bytes() == right.as_bytes();
        case ValueKind::Timestamp:
            return left.as_timestamp() == right.as_timestamp();
        case ValueKind::Regex:
            return &left.as_regex() == &right.as_regex();
        case ValueKind::Array:
            return std::ranges::equal(left.as_array().view(), right.as_array().view(), equal);
        case ValueKind::Object: {
            const ObjectNode& a = left.as_object();
            const ObjectNode& b = right.as_object();
            const bool same_keys =
                a.shape == b.shape || std::ranges::equal(a.shape->keys(), b.shape->keys());
            return same_keys && std::equal(a.values, a.values + a.size(), b.values, equal);
        }
    }
    return false;
}

Value deep_copy(const Value& value, Arena& arena) {
    switch (value.kind()) {
        case ValueKind::Bytes:
            return Value::copy_of(value.as_bytes(), arena);
        case ValueKind::Array: {
            const auto items = value.as_array().view();
            ArrayNode* copy = new_array(items.size(), arena);
            std::ranges::transform(items, copy->items,
                                   [&](const Value& item) { return deep_copy(item, arena); });
            copy->size = static_cast<std::uint32_t>(items.size());
            return Value::array(copy);
        }
        case ValueKind::Object: {
            const ObjectNode& object = value.as_object();
            const Shape* shape =
                object.shape->interned() ? object.shape : Shape::of(object.shape->keys(), arena);
            ObjectNode* copy = new_object(shape, arena);
            std::transform(object.values, object.values + shape->size(), copy->values,
                           [&](const Value& item) { return deep_copy(item, arena); });
            return Value::object(copy);
        }
        default:
            return value;
    }
}

namespace {

std::size_t integer_digits(std::int64_t value) {
    std::size_t digits = value < 0 ? 2 : 1;
    for (std::uint64_t rest = value < 0 ? 0 - static_cast<std::uint64_t>(value)
                                        : static_cast<std::uint64_t>(value);
         rest >= 10; rest /= 10) {
        ++digits;
    }
    return digits;
}

}  // namespace

std::size_t estimated_json_size(const Value& value) {
    switch (value.kind()) {
        case ValueKind::Null:
            return 4;
        case ValueKind::Boolean:
            return value.as_boolean() ? 4 : 5;
        case ValueKind::Integer:
            return integer_digits(value.as_integer());
        case ValueKind::Float:
            return 8;
        case ValueKind::Timestamp:
            return 32;
        case ValueKind::Regex:
            return 2;
        case ValueKind::Bytes:
            return value.as_bytes().size() + 2;
        case ValueKind::Array: {
            std::size_t size = 2;
            for (const Value& item : value.as_array().view()) {
                size += estimated_json_size(item) + 1;
            }
            return size - (value.as_array().size > 0 ? 1 : 0);
        }
        case ValueKind::Object: {
            const ObjectNode& object = value.as_object();
            std::size_t size = 2;
            for (std::uint32_t i = 0; i < object.size(); ++i) {
                size += object.shape->key(i).size() + 4 + estimated_json_size(object.values[i]);
            }
            return size - (object.size() > 0 ? 1 : 0);
        }
    }
    return 0;
}

}  // namespace engine
