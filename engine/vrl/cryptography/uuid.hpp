#pragma once

#include <array>
#include <cstdint>

#include "engine/event/value.hpp"

namespace engine::vrl {

/// The 16 bytes of a UUID, as RFC 9562 orders them.
using Uuid = std::array<std::uint8_t, 16>;

/// Random in all bits; set the version after filling the rest.
[[nodiscard]] Uuid random_uuid();
/// Sets the bits of version and variant.
void set_uuid_version(Uuid& id, unsigned version);
/// Lower case, with hyphens.
[[nodiscard]] Value uuid_text(const Uuid& id, Arena& arena);

}  // namespace engine::vrl
