#pragma once

#include "engine/event/batch.hpp"
#include "engine/vrl/context.hpp"
#include "engine/vrl/metric_object.hpp"

namespace engine::vrl {

/// Whether a program may change what it sees for good; when not, its changes are thrown away.
enum class Access { Read, ReadRequest };

/// The event as programs see it: logs and traces as they are, metrics as metric_object.hpp says.
/// The request comes along only where it is read, since it costs counting a reference.
[[nodiscard]] Target target_of(const Batch& batch, std::size_t index, Access access, Arena& arena,
                               TagValues tags = TagValues::Single);

}  // namespace engine::vrl
