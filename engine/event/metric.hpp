#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <variant>

#include "engine/event/value.hpp"

namespace engine {

// Metric events, in Vector's model. All memory belongs to the batch's arena.

/// One tag; `values` holds one or more values, a null one is a bare tag.
struct MetricTag {
    std::string_view key;
    std::span<Value> values;
};

struct Counter {
    double value;
};
struct Gauge {
    double value;
};
struct MetricSet {
    std::span<std::string_view> values;  // sorted, distinct
};
struct Sample {
    double value;
    std::uint32_t rate;
};
enum class Statistic : std::uint8_t { Histogram, Summary };
struct Distribution {
    std::span<Sample> samples;
    Statistic statistic;
};
struct Bucket {
    double upper_limit;
    std::uint64_t count;
};
struct AggregatedHistogram {
    std::span<Bucket> buckets;
    std::uint64_t count;
    double sum;
};
struct Quantile {
    double quantile;
    double value;
};
struct AggregatedSummary {
    std::span<Quantile> quantiles;
    std::uint64_t count;
    double sum;
};
/// The Datadog agent's sketch: bins `k` with counts `n`.
struct Sketch {
    std::span<std::int16_t> keys;
    std::span<std::uint16_t> counts;
    std::uint32_t count;
    double minimum, maximum, sum, average;
};

using MetricValue = std::variant<Counter, Gauge, MetricSet, Distribution, AggregatedHistogram,
                                 AggregatedSummary, Sketch>;
enum class MetricKind : std::uint8_t { Incremental, Absolute };

struct Metric {
    std::string_view name;
    std::string_view name_space = {};  // empty: none
    std::span<MetricTag> tags = {};    // sorted by key
    std::optional<Timestamp> timestamp = {};
    std::uint32_t interval_ms = 0;  // 0: none
    MetricKind kind = MetricKind::Absolute;
    MetricValue value;
};

}  // namespace engine
