#pragma once

#include <cstdint>
#include <vector>

#include "engine/event/arena.hpp"
#include "engine/event/metric.hpp"
#include "engine/event/path.hpp"
#include "engine/event/value.hpp"

// A metric as programs see it: an object of `name`, `namespace`, `timestamp`, `kind`, `tags` and
// `type`; what the metric does not have is missing. Its value is not in it. Programs may change all
// of it but the type; what a metric cannot be is not written, and the program goes on.
namespace engine::vrl {

/// How tags look to programs. Single: the last value, as text. Full: arrays of all values. Auto:
/// arrays where there are several values. A null is a tag without value.
enum class TagValues : std::uint8_t { Single, Full, Auto };

[[nodiscard]] Value metric_object(const Metric& metric, TagValues tags, Arena& arena);

/// Whether a metric can have `value` at the path.
[[nodiscard]] bool metric_takes(const std::vector<PathSegment>& path, const Value& value);
/// Whether a metric may be without what is at the path.
[[nodiscard]] bool metric_can_lose(const std::vector<PathSegment>& path);

/// Puts what a program made of the object back into its metric. Memory is taken from `arena`, which
/// lives as long as the metric.
void write_metric(const Value& object, TagValues tags, Metric& metric, Arena& arena);

}  // namespace engine::vrl
