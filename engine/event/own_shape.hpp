#pragma once

#include <string_view>

#include "engine/event/shape.hpp"

namespace engine {

/// Objects with more members than interned shapes have carry a list of keys of their own. So that
/// one that grows member by member takes memory in proportion to its size, its list has spare room
/// and is changed in place as long as it belongs to one object only, the holder.

/// `shape` with `key` inserted at `position` for an object that `arena` owns.
[[nodiscard]] const Shape* grow_shape(const Shape* shape, std::string_view key,
                                      std::uint32_t position, const void* holder, Arena& arena);
/// To be called when a second object gets the shape: from then on it does not change.
void share_shape(const Shape* shape);

}  // namespace engine
