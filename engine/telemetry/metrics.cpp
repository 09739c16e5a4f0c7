#include "engine/telemetry/metrics.hpp"

#include <algorithm>

namespace engine::telemetry {

MetricsRegistry& MetricsRegistry::instance() {
    static auto* registry = new MetricsRegistry;  // never destroyed: threads count until the end
    return *registry;
}

Counter& MetricsRegistry::counter(std::string_view name, const Tags& tags) {
    const std::scoped_lock lock(mutex_);
    auto& slot = counters_[Key(std::string(name), tags)];
    if (slot == nullptr) {
        slot = std::make_unique<Counter>();
    }
    return *slot;
}

Gauge& MetricsRegistry::gauge(std::string_view name, const Tags& tags) {
    const std::scoped_lock lock(mutex_);
    auto& slot = gauges_[Key(std::string(name), tags)];
    if (slot == nullptr) {
        slot = std::make_unique<Gauge>();
    }
    return *slot;
}

void MetricsRegistry::visit(
    const std::function<void(std::string_view, const Tags&, const Counter&)>& counters,
    const std::function<void(std::string_view, const Tags&, const Gauge&)>& gauges) const {
    const std::scoped_lock lock(mutex_);
    for (const auto& [key, counter] : counters_) {
        counters(key.first, key.second, *counter);
    }
    for (const auto& [key, gauge] : gauges_) {
        gauges(key.first, key.second, *gauge);
    }
}

namespace {

Tags merged(Tags tags, std::initializer_list<std::pair<std::string, std::string>> more) {
    tags.insert(tags.end(), more.begin(), more.end());
    std::ranges::sort(tags);
    return tags;
}

Counter& counter(std::string_view name, const Tags& tags) {
    return MetricsRegistry::instance().counter(name, tags);
}

}  // namespace

ComponentMetrics::ComponentMetrics(std::string_view kind, std::string_view id,
                                   std::string_view type)
    : ComponentMetrics(Tags{{"component_id", std::string(id)},
                            {"component_kind", std::string(kind)},
                            {"component_type", std::string(type)}}) {}

ComponentMetrics::ComponentMetrics(Tags tags)
    : received_events(counter("component_received_events_total", tags)),
      received_event_bytes(counter("component_received_event_bytes_total", tags)),
      sent_events(counter("component_sent_events_total", tags)),
      sent_event_bytes(counter("component_sent_event_bytes_total", tags)),
      discarded_intentionally(
          counter("component_discarded_events_total", merged(tags, {{"intentional", "true"}}))),
      discarded_unintentionally(
          counter("component_discarded_events_total", merged(tags, {{"intentional", "false"}}))),
      tags_(std::move(tags)) {}

Counter& ComponentMetrics::received_bytes(std::string_view protocol) const {
    return counter("component_received_bytes_total", with({{"protocol", std::string(protocol)}}));
}

Counter& ComponentMetrics::sent_bytes(std::string_view protocol) const {
    return counter("component_sent_bytes_total", with({{"protocol", std::string(protocol)}}));
}

void ComponentMetrics::error(std::string_view error_type, std::string_view stage) const {
    counter("component_errors_total",
            with({{"error_type", std::string(error_type)}, {"stage", std::string(stage)}}))
        .add();
}

Tags ComponentMetrics::with(std::initializer_list<std::pair<std::string, std::string>> more) const {
    return merged(tags_, more);
}

}  // namespace engine::telemetry
