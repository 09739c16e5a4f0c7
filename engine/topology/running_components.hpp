#pragma once

#include <future>
#include <memory>
#include <optional>

#include "engine/buffer/sink_buffer.hpp"
#include "engine/topology/topology.hpp"

namespace engine::topology {

/// A source with what it needs to run. Addresses are stable: contexts and stages point to members.
struct Topology::RunningSource {
    RunningSource(const config::Component& its_config,
                  std::unique_ptr<component::Source> its_source)
        : config(its_config),
          metrics("source", its_config.id.value, its_config.type.value),
          source(std::move(its_source)) {}

    const config::Component& config;
    telemetry::ComponentMetrics metrics;
    OutputStage output;
    std::optional<SourceOutput> entrance;
    std::optional<component::SourceContext> context;
    std::unique_ptr<component::Source> source;
    bool acknowledge = false;
    bool envelope_needed = false;
    bool forwards_requests = false;
    std::atomic<bool> finished{false};
    std::future<void> stopped;
};

struct Topology::RunningTransform {
    RunningTransform(const config::Component& its_config,
                     std::unique_ptr<component::Transform> its_transform)
        : config(its_config),
          metrics("transform", its_config.id.value, its_config.type.value),
          transform(std::move(its_transform)) {}

    const config::Component& config;
    telemetry::ComponentMetrics metrics;
    std::optional<component::RunContext> context;
    std::unique_ptr<component::Transform> transform;
    TransformStage stage;
};

struct Topology::RunningSink {
    RunningSink(const config::Component& its_config, std::unique_ptr<component::Sink> its_sink)
        : config(its_config),
          metrics("sink", its_config.id.value, its_config.type.value),
          sink(std::move(its_sink)) {}

    const config::Component& config;
    telemetry::ComponentMetrics metrics;
    std::optional<component::SinkContext> context;
    std::unique_ptr<component::Sink> sink;
    std::unique_ptr<buffer::SinkBuffer> buffer;
    SinkStage stage;
    // Outputs that something consumes
    std::deque<OutputStage> outputs;
    std::optional<SinkOutput> rejected;
    std::optional<SinkOutput> fallback;
    /// Sinks whose events come here: they end first.
    std::vector<const RunningSink*> feeders;
    bool closed = false;
    std::future<void> completed;
};

/// Runs a task on a worker; the future is for a thread that is not a worker.
template <typename T>
[[nodiscard]] std::future<T> run_on(io::Worker& worker, io::Task<T> task) {
    auto promise = std::make_shared<std::promise<T>>();  // shared: the coroutine may outlive us
    std::future<T> future = promise->get_future();
    worker.spawn([](std::shared_ptr<std::promise<T>> result, io::Task<T> body) -> io::Task<> {
        if constexpr (std::is_void_v<T>) {
            co_await std::move(body);
            result->set_value();
        } else {
            result->set_value(co_await std::move(body));
        }
    }(std::move(promise), std::move(task)));
    return future;
}

}  // namespace engine::topology
