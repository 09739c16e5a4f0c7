#pragma once

#include "engine/event/batch.hpp"
#include "engine/vrl/context.hpp"

namespace engine::vrl {

/// Whether a program may change what it sees for good; when not, its changes are thrown away.
enum class Access { Read, ReadRequest };

/// The event as programs see it: logs and traces as they are, metrics as an object of name,
/// namespace, kind, tags, timestamp and type. The request comes along only where it is read, since
/// it costs counting a reference.
[[nodiscard]] Target target_of(const Batch& batch, std::size_t index, Access access, Arena& arena);

}  // namespace engine::vrl
