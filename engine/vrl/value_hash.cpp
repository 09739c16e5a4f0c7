#include "engine/vrl/value_hash.hpp"

#include <absl/hash/hash.h>

#include "engine/event/shape.hpp"
#include "engine/vrl/regex/regex.hpp"

namespace engine::vrl {

std::size_t ValueHash::operator()(const Value& value) const {
    const ValueKind kind = value.kind();
    switch (kind) {
        case ValueKind::Null:
            return 0;
        case ValueKind::Boolean:
            return absl::HashOf(kind, value.as_boolean());
        case ValueKind::Integer:
            return absl::HashOf(kind, value.as_integer());
        case ValueKind::Float:
            return absl::HashOf(kind, value.as_float());
        case ValueKind::Bytes:
            return absl::HashOf(kind, value.as_bytes());
        case ValueKind::Timestamp:
            return absl::HashOf(kind, value.as_timestamp().seconds,
                                value.as_timestamp().nanoseconds);
        case ValueKind::Regex:
            return absl::HashOf(kind, value.as_regex().pattern());
        case ValueKind::Array: {
            std::size_t hash = absl::HashOf(kind, value.as_array().size);
            for (const Value& item : value.as_array().view()) {
                hash = absl::HashOf(hash, (*this)(item));
            }
            return hash;
        }
        case ValueKind::Object: {
            const ObjectNode& object = value.as_object();
            std::size_t hash = absl::HashOf(kind, object.size());
            for (std::uint32_t i = 0; i < object.size(); ++i) {
                hash = absl::HashOf(hash, object.shape->key(i), (*this)(object.values[i]));
            }
            return hash;
        }
    }
    return 0;
}

}  // namespace engine::vrl
