#include "engine/vrl/target.hpp"

#include <array>

#include "engine/event/container.hpp"

namespace engine::vrl {

namespace {

Value tags_of(const Metric& metric, Arena& arena) {
    auto* members = arena.allocate_array<Member>(metric.tags.size());
    std::size_t count = 0;
    for (const MetricTag& tag : metric.tags) {
        members[count++] = {tag.key, tag.values.empty() ? Value::null() : tag.values.back()};
    }
    return object_of({members, count}, arena);
}

Value metric_object(const Metric& metric, Arena& arena) {
    std::array<Member, 5> members;
    std::size_t count = 0;
    members[count++] = {"name", Value::bytes(metric.name)};
    members[count++] = {
        "kind", Value::bytes(metric.kind == MetricKind::Absolute ? "absolute" : "incremental")};
    members[count++] = {"tags", tags_of(metric, arena)};
    if (!metric.name_space.empty()) {
        members[count++] = {"namespace", Value::bytes(metric.name_space)};
    }
    if (metric.timestamp) {
        members[count++] = {"timestamp", Value::timestamp(*metric.timestamp)};
    }
    return object_of(std::span(members).first(count), arena);
}

}  // namespace

Target target_of(const Batch& batch, std::size_t index, Access access, Arena& arena) {
    Target target;
    target.event = batch.kind() == EventKind::Metric ? metric_object(batch.metric(index), arena)
                                                     : batch.root(index);
    target.metadata = batch.metadata(index);
    target.secrets = batch.secrets(index);
    if (access == Access::ReadRequest) {
        target.envelope = batch.envelope(index);
    }
    return target;
}

}  // namespace engine::vrl
