#pragma once

#include "engine/codec/byte_buffer.hpp"
#include "engine/codec/encoding_options.hpp"
#include "engine/codec/json_writer.hpp"
#include "engine/event/metric.hpp"

namespace engine {

/// The metric as JSON, in the reference's fixed order of keys: name, namespace, tags, timestamp,
/// interval_ms, kind, value.
void write_metric_json(const Metric& metric, MetricTagValues tags, JsonLayout layout,
                       ByteBuffer& out);

/// The metric as one line: `2024-01-02T03:04:05Z ns_hits{a="1"} + 3`.
void write_metric_text(const Metric& metric, MetricTagValues tags, ByteBuffer& out);

/// The value of a tag when only one is wanted: the last that is not null, else null.
[[nodiscard]] const Value* single_tag_value(const MetricTag& tag);

}  // namespace engine
