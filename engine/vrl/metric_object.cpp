#include "engine/vrl/metric_object.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "engine/codec/metric_text.hpp"
#include "engine/event/container.hpp"
#include "engine/event/shape.hpp"

namespace engine::vrl {

namespace {

constexpr std::string_view absolute = "absolute";
constexpr std::string_view incremental = "incremental";

/// As the reference names them, in the order of MetricValue.
constexpr std::string_view type_names[] = {
    "counter", "gauge", "set", "distribution", "aggregated histogram", "aggregated summary",
    "sketch",
};
static_assert(std::size(type_names) == std::variant_size_v<MetricValue>);

Value single_value(const MetricTag& tag) {
    const Value* value = single_tag_value(tag);
    return value == nullptr ? Value::null() : *value;
}

Value tag_value(const MetricTag& tag, TagValues tags, Arena& arena) {
    if (tags == TagValues::Single) {
        return single_value(tag);
    }
    if (tags == TagValues::Auto && tag.values.size() == 1) {
        return tag.values.front();
    }
    return array_of(tag.values, arena);
}

Value tags_object(const Metric& metric, TagValues tags, Arena& arena) {
    auto* members = arena.allocate_array<Member>(metric.tags.size());
    std::size_t count = 0;
    for (const MetricTag& tag : metric.tags) {
        members[count++] = {tag.key, tag_value(tag, tags, arena)};
    }
    return object_of({members, count}, arena);
}

bool is_kind(const Value& value) {
    return value.is_bytes() && (value.as_bytes() == absolute || value.as_bytes() == incremental);
}

/// `text` in memory of `arena`, which what it replaces need not be.
std::string_view text_of(const Value& value, std::string_view current, Arena& arena) {
    return value.as_bytes() == current ? current : arena.copy(value.as_bytes());
}

bool is_tag_value(const Value& value) {
    return value.is_bytes() || value.is_null();
}

/// The values of one tag; empty when it cannot be one.
std::span<Value> tag_values(const Value& value, TagValues tags, Arena& arena) {
    if (is_tag_value(value)) {
        auto* single = arena.allocate_array<Value>(1);
        *single = value;
        return {single, 1};
    }
    if (tags == TagValues::Single || !value.is_array()) {
        return {};
    }
    const auto items = value.as_array().view();
    auto* values = arena.allocate_array<Value>(items.size());
    const auto end = std::ranges::copy_if(items, values, is_tag_value).out;
    return {values, static_cast<std::size_t>(end - values)};
}

bool has_single_value(const MetricTag& tag, const Value& value) {
    return is_tag_value(value) && equal(single_value(tag), value);
}

std::span<MetricTag> tags_of(const Value& object, TagValues view, const Metric& before,
                             Arena& arena) {
    const ObjectNode& members = object.as_object();
    auto* tags = arena.allocate_array<MetricTag>(members.size());
    std::size_t count = 0;
    for (std::uint32_t i = 0; i < members.size(); ++i) {
        const std::string_view key = members.shape->key(i);
        const auto known = std::ranges::lower_bound(before.tags, key, {}, &MetricTag::key);
        const bool exists = known != before.tags.end() && known->key == key;
        // A tag of several values that was shown as its last one keeps them all.
        if (exists && view == TagValues::Single && has_single_value(*known, members.values[i])) {
            tags[count++] = *known;
            continue;
        }
        const std::span<Value> values = tag_values(members.values[i], view, arena);
        if (!values.empty()) {
            tags[count++] = {exists ? known->key : arena.copy(key), values};
        }
    }
    return {tags, count};
}

}  // namespace

Value metric_object(const Metric& metric, TagValues tags, Arena& arena) {
    std::array<Member, 6> members;
    std::size_t count = 0;
    members[count++] = {"name", Value::bytes(metric.name)};
    members[count++] = {"kind",
                        Value::bytes(metric.kind == MetricKind::Absolute ? absolute : incremental)};
    members[count++] = {"type", Value::bytes(type_names[metric.value.index()])};
    if (!metric.tags.empty()) {
        members[count++] = {"tags", tags_object(metric, tags, arena)};
    }
    if (!metric.name_space.empty()) {
        members[count++] = {"namespace", Value::bytes(metric.name_space)};
    }
    if (metric.timestamp) {
        members[count++] = {"timestamp", Value::timestamp(*metric.timestamp)};
    }
    return object_of(std::span(members).first(count), arena);
}

bool metric_takes(const std::vector<PathSegment>& path, const Value& value) {
    if (path.empty() || path.size() > 2 || path[0].field() == nullptr) {
        return false;
    }
    const std::string_view field = *path[0].field();
    if (path.size() == 2) {
        return field == "tags" && path[1].field() != nullptr;
    }
    if (field == "name" || field == "namespace") {
        return value.is_bytes();
    }
    if (field == "kind") {
        return is_kind(value);
    }
    return (field == "timestamp" && value.is_timestamp()) || (field == "tags" && value.is_object());
}

bool metric_can_lose(const std::vector<PathSegment>& path) {
    if (path.empty() || path.size() > 2 || path[0].field() == nullptr) {
        return false;
    }
    const std::string_view field = *path[0].field();
    if (path.size() == 2) {
        return field == "tags" && path[1].field() != nullptr;
    }
    return field == "tags" || field == "namespace" || field == "timestamp";
}

void write_metric(const Value& object, TagValues tags, Metric& metric, Arena& arena) {
    const ObjectNode& members = object.as_object();
    const Value* name = members.find("name");
    const Value* kind = members.find("kind");
    const Value* name_space = members.find("namespace");
    const Value* timestamp = members.find("timestamp");
    const Value* tag_object = members.find("tags");
    if (name != nullptr) {
        metric.name = text_of(*name, metric.name, arena);
    }
    if (kind != nullptr) {
        metric.kind = kind->as_bytes() == absolute ? MetricKind::Absolute : MetricKind::Incremental;
    }
    metric.name_space =
        name_space == nullptr ? std::string_view() : text_of(*name_space, metric.name_space, arena);
    metric.timestamp =
        timestamp == nullptr ? std::nullopt : std::optional(timestamp->as_timestamp());
    metric.tags =
        tag_object == nullptr ? std::span<MetricTag>() : tags_of(*tag_object, tags, metric, arena);
}

}  // namespace engine::vrl
