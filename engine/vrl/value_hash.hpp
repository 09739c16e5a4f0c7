#pragma once

#include <cstddef>

#include "engine/event/value.hpp"

namespace engine::vrl {

/// Hash of a value's contents, for hash containers of Values. Values that `equal` calls equal have
/// the same hash.
struct ValueHash {
    std::size_t operator()(const Value& value) const;
};
struct ValueEqual {
    bool operator()(const Value& left, const Value& right) const { return equal(left, right); }
};

}  // namespace engine::vrl
