#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace engine::telemetry {

using Tags = std::vector<std::pair<std::string, std::string>>;  // sorted by key

/// A number that only grows. Any thread.
class Counter {
public:
    void add(std::uint64_t count = 1) { value_.fetch_add(count, std::memory_order_relaxed); }
    [[nodiscard]] std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

private:
    // On a cache line of its own: workers count side by side.
    alignas(64) std::atomic<std::uint64_t> value_{0};
};

/// A number that goes up and down. Any thread.
class Gauge {
public:
    void set(std::int64_t value) { value_.store(value, std::memory_order_relaxed); }
    void add(std::int64_t change) { value_.fetch_add(change, std::memory_order_relaxed); }
    [[nodiscard]] std::int64_t value() const { return value_.load(std::memory_order_relaxed); }

private:
    alignas(64) std::atomic<std::int64_t> value_{0};
};

/// The process's own metrics, by name and tags. A metric lives as long as the process, so that
/// counts survive a reload. Look-ups lock; keep the reference.
class MetricsRegistry {
public:
    [[nodiscard]] static MetricsRegistry& instance();

    [[nodiscard]] Counter& counter(std::string_view name, const Tags& tags);
    [[nodiscard]] Gauge& gauge(std::string_view name, const Tags& tags);

    void visit(
        const std::function<void(std::string_view name, const Tags&, const Counter&)>& counters,
        const std::function<void(std::string_view name, const Tags&, const Gauge&)>& gauges) const;

private:
    using Key = std::pair<std::string, Tags>;
    mutable std::mutex mutex_;
    std::map<Key, std::unique_ptr<Counter>> counters_;
    std::map<Key, std::unique_ptr<Gauge>> gauges_;
};

/// The metrics that every component has (see component/SPEC.md). References into the registry; any
/// thread.
class ComponentMetrics {
public:
    ComponentMetrics(std::string_view kind, std::string_view id, std::string_view type);

    Counter& received_events;
    Counter& received_event_bytes;
    Counter& sent_events;
    Counter& sent_event_bytes;
    Counter& discarded_intentionally;
    Counter& discarded_unintentionally;

    /// Bytes on the wire or in the file: `component_received_bytes_total`, `…_sent_bytes_total`.
    [[nodiscard]] Counter& received_bytes(std::string_view protocol) const;
    [[nodiscard]] Counter& sent_bytes(std::string_view protocol) const;
    /// `component_errors_total`; `stage` is receiving, processing or sending.
    void error(std::string_view error_type, std::string_view stage) const;
    [[nodiscard]] const Tags& tags() const { return tags_; }
    /// The component's tags and more.
    [[nodiscard]] Tags with(std::initializer_list<std::pair<std::string, std::string>> more) const;

private:
    ComponentMetrics(Tags tags);
    Tags tags_;
};

}  // namespace engine::telemetry
