#pragma once

#include "engine/diagnostic/error.hpp"
#include "engine/event/arena.hpp"
#include "engine/event/metric.hpp"
#include "engine/event/value.hpp"

namespace engine {

/// The metric that an object in the form of `write_metric_json` describes, in `arena`; it may point
/// into the object's memory. The error's text is the reference's.
[[nodiscard]] Result<Metric*> read_metric(const Value& object, Arena& arena);

}  // namespace engine
