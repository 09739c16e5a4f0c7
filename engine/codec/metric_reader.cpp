#include "engine/codec/metric_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "engine/event/container.hpp"
#include "engine/event/shape.hpp"
#include "engine/vrl/timestamp_literal.hpp"

namespace engine {

namespace {

std::string_view name_of(ValueKind kind) {
    switch (kind) {
        case ValueKind::Null:
            return "null";
        case ValueKind::Boolean:
            return "a boolean";
        case ValueKind::Integer:
            return "an integer";
        case ValueKind::Float:
            return "a floating point number";
        case ValueKind::Array:
            return "a sequence";
        case ValueKind::Object:
            return "a map";
        default:
            return "a string";
    }
}

std::unexpected<Error> wrong_type(const Value& value, std::string_view expected) {
    return failure(fmt::format("invalid type: {}, expected {}", name_of(value.kind()), expected));
}

Result<const Value*> member(const Value& object, std::string_view key) {
    if (!object.is_object()) {
        return wrong_type(object, "a map");
    }
    const Value* found = object.as_object().find(key);
    if (found == nullptr) {
        return failure(fmt::format("missing field `{}`", key));
    }
    return found;
}

Result<double> number(const Value& object, std::string_view key) {
    const Value* value = ENGINE_TRY(member(object, key));
    if (value->is_integer()) {
        return static_cast<double>(value->as_integer());
    }
    if (!value->is_float()) {
        return wrong_type(*value, "f64");
    }
    return value->as_float();
}

Result<std::uint64_t> unsigned_of(const Value& value, std::uint64_t maximum) {
    if (!value.is_integer()) {
        return wrong_type(value, "an unsigned integer");
    }
    if (value.as_integer() < 0 || static_cast<std::uint64_t>(value.as_integer()) > maximum) {
        return failure(fmt::format("invalid value: integer `{}`, expected an integer from 0 to {}",
                                   value.as_integer(), maximum));
    }
    return static_cast<std::uint64_t>(value.as_integer());
}

template <typename Integer>
Result<Integer> unsigned_member(const Value& object, std::string_view key) {
    const Value* value = ENGINE_TRY(member(object, key));
    return static_cast<Integer>(ENGINE_TRY(
        unsigned_of(*value, std::min<std::uint64_t>(std::numeric_limits<Integer>::max(),
                                                    std::numeric_limits<std::int64_t>::max()))));
}

Result<std::span<const Value>> items(const Value& object, std::string_view key) {
    const Value* value = ENGINE_TRY(member(object, key));
    if (!value->is_array()) {
        return wrong_type(*value, "a sequence");
    }
    return value->as_array().view();
}

/// The array at `key`, each item of it read by `read`.
template <typename T, typename Read>
Result<std::span<T>> list(const Value& object, std::string_view key, Arena& arena, Read read) {
    const std::span<const Value> values = ENGINE_TRY(items(object, key));
    auto* list = arena.allocate_array<T>(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        list[i] = ENGINE_TRY(read(values[i]));
    }
    return std::span<T>(list, values.size());
}

Result<std::string_view> text(const Value& value, Arena& arena) {
    if (!value.is_bytes()) {
        return wrong_type(value, "a string");
    }
    return arena.copy(value.as_bytes());
}

Result<MetricValue> read_set(const Value& object, Arena& arena) {
    std::span<std::string_view> values = ENGINE_TRY(list<std::string_view>(
        object, "values", arena, [&](const Value& item) { return text(item, arena); }));
    std::ranges::sort(values);
    const auto rest = std::ranges::unique(values);
    return MetricSet{values.first(values.size() - rest.size())};
}

Result<MetricValue> read_distribution(const Value& object, Arena& arena) {
    const auto sample = [](const Value& item) -> Result<Sample> {
        return Sample{ENGINE_TRY(number(item, "value")),
                      ENGINE_TRY(unsigned_member<std::uint32_t>(item, "rate"))};
    };
    const auto samples = ENGINE_TRY(list<Sample>(object, "samples", arena, sample));
    const Value* statistic = ENGINE_TRY(member(object, "statistic"));
    const std::string_view word = ENGINE_TRY(text(*statistic, arena));
    if (word != "histogram" && word != "summary") {
        return failure(
            fmt::format("unknown variant `{}`, expected `histogram` or `summary`", word));
    }
    return Distribution{samples, word == "histogram" ? Statistic::Histogram : Statistic::Summary};
}

Result<MetricValue> read_histogram(const Value& object, Arena& arena) {
    const auto bucket = [](const Value& item) -> Result<Bucket> {
        return Bucket{ENGINE_TRY(number(item, "upper_limit")),
                      ENGINE_TRY(unsigned_member<std::uint64_t>(item, "count"))};
    };
    return AggregatedHistogram{ENGINE_TRY(list<Bucket>(object, "buckets", arena, bucket)),
                               ENGINE_TRY(unsigned_member<std::uint64_t>(object, "count")),
                               ENGINE_TRY(number(object, "sum"))};
}

Result<MetricValue> read_summary(const Value& object, Arena& arena) {
    const auto quantile = [](const Value& item) -> Result<Quantile> {
        return Quantile{ENGINE_TRY(number(item, "quantile")), ENGINE_TRY(number(item, "value"))};
    };
    return AggregatedSummary{ENGINE_TRY(list<Quantile>(object, "quantiles", arena, quantile)),
                             ENGINE_TRY(unsigned_member<std::uint64_t>(object, "count")),
                             ENGINE_TRY(number(object, "sum"))};
}

Result<MetricValue> read_sketch(const Value& object, Arena& arena) {
    const Value* outer = ENGINE_TRY(member(object, "sketch"));
    const Value* agent = ENGINE_TRY(member(*outer, "AgentDDSketch"));
    const Value* bins = ENGINE_TRY(member(*agent, "bins"));
    const auto key = [](const Value& item) -> Result<std::int16_t> {
        constexpr std::int64_t limit = std::numeric_limits<std::int16_t>::max();
        if (!item.is_integer() || item.as_integer() > limit || item.as_integer() < -limit - 1) {
            return wrong_type(item, "i16");
        }
        return static_cast<std::int16_t>(item.as_integer());
    };
    const auto bin_count = [](const Value& item) -> Result<std::uint16_t> {
        return static_cast<std::uint16_t>(
            ENGINE_TRY(unsigned_of(item, std::numeric_limits<std::uint16_t>::max())));
    };
    Sketch sketch{};
    sketch.keys = ENGINE_TRY(list<std::int16_t>(*bins, "k", arena, key));
    sketch.counts = ENGINE_TRY(list<std::uint16_t>(*bins, "n", arena, bin_count));
    if (sketch.keys.size() != sketch.counts.size()) {
        return failure("a sketch has as many keys as counts");
    }
    sketch.count = ENGINE_TRY(unsigned_member<std::uint32_t>(*agent, "count"));
    sketch.minimum = ENGINE_TRY(number(*agent, "min"));
    sketch.maximum = ENGINE_TRY(number(*agent, "max"));
    sketch.sum = ENGINE_TRY(number(*agent, "sum"));
    sketch.average = ENGINE_TRY(number(*agent, "avg"));
    return sketch;
}

Result<MetricValue> read_value(const ObjectNode& object, Arena& arena) {
    if (const Value* counter = object.find("counter")) {
        return Counter{ENGINE_TRY(number(*counter, "value"))};
    }
    if (const Value* gauge = object.find("gauge")) {
        return Gauge{ENGINE_TRY(number(*gauge, "value"))};
    }
    constexpr std::pair<std::string_view, Result<MetricValue> (*)(const Value&, Arena&)> types[] = {
        {"set", read_set},
        {"distribution", read_distribution},
        {"aggregated_histogram", read_histogram},
        {"aggregated_summary", read_summary},
        {"sketch", read_sketch},
    };
    for (const auto& [name, read] : types) {
        if (const Value* value = object.find(name)) {
            return read(*value, arena);
        }
    }
    return failure(
        "no variant of enum MetricValue found in flattened data: expected one of `counter`, "
        "`gauge`, `set`, `distribution`, `aggregated_histogram`, `aggregated_summary`, `sketch`");
}

Result<std::span<Value>> read_tag(const Value& value, Arena& arena) {
    const auto text_or_null = [](const Value& item) { return item.is_bytes() || item.is_null(); };
    if (text_or_null(value)) {
        return std::span<Value>(arena.create<Value>(value), 1);
    }
    if (!value.is_array() || !std::ranges::all_of(value.as_array().view(), text_or_null)) {
        return failure("data did not match any variant of untagged enum TagValueSet");
    }
    const auto view = value.as_array().view();
    auto* values = arena.allocate_array<Value>(view.size());
    std::ranges::copy(view, values);
    return std::span<Value>(values, view.size());
}

Result<std::span<MetricTag>> read_tags(const Value& value, Arena& arena) {
    if (!value.is_object()) {
        return wrong_type(value, "a map");
    }
    const ObjectNode& object = value.as_object();
    auto* tags = arena.allocate_array<MetricTag>(object.size());
    std::size_t count = 0;
    for (std::uint32_t i = 0; i < object.size(); ++i) {
        const std::span<Value> values = ENGINE_TRY(read_tag(object.values[i], arena));
        if (!values.empty()) {
            tags[count++] = {arena.copy(object.shape->key(i)), values};
        }
    }
    return std::span<MetricTag>(tags, count);
}

Result<Timestamp> read_timestamp(const Value& value, Arena& arena) {
    if (value.is_timestamp()) {
        return value.as_timestamp();
    }
    auto timestamp = vrl::parse_timestamp_literal(ENGINE_TRY(text(value, arena)));
    if (!timestamp) {
        return failure(timestamp.error());
    }
    return *timestamp;
}

/// The member, where it is there and not null.
const Value* optional_member(const ObjectNode& object, std::string_view key) {
    const Value* found = object.find(key);
    return found == nullptr || found->is_null() ? nullptr : found;
}

Result<MetricKind> read_kind(const Value& object, Arena& arena) {
    const Value* kind = ENGINE_TRY(member(object, "kind"));
    const std::string_view word = ENGINE_TRY(text(*kind, arena));
    if (word == "incremental") {
        return MetricKind::Incremental;
    }
    if (word == "absolute") {
        return MetricKind::Absolute;
    }
    return failure(fmt::format("unknown variant `{}`, expected `incremental` or `absolute`", word));
}

}  // namespace

Result<Metric*> read_metric(const Value& object, Arena& arena) {
    const Value* name = ENGINE_TRY(member(object, "name"));
    const ObjectNode& members = object.as_object();
    Metric metric;
    metric.name = ENGINE_TRY(text(*name, arena));
    metric.kind = ENGINE_TRY(read_kind(object, arena));
    metric.value = ENGINE_TRY(read_value(members, arena));
    if (const Value* name_space = optional_member(members, "namespace")) {
        metric.name_space = ENGINE_TRY(text(*name_space, arena));
    }
    if (const Value* tags = optional_member(members, "tags")) {
        metric.tags = ENGINE_TRY(read_tags(*tags, arena));
    }
    if (const Value* timestamp = optional_member(members, "timestamp")) {
        metric.timestamp = ENGINE_TRY(read_timestamp(*timestamp, arena));
    }
    if (const Value* interval = optional_member(members, "interval_ms")) {
        metric.interval_ms = static_cast<std::uint32_t>(
            ENGINE_TRY(unsigned_of(*interval, std::numeric_limits<std::uint32_t>::max())));
    }
    return arena.create<Metric>(metric);
}

}  // namespace engine
