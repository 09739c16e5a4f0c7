#pragma once

#include <absl/container/inlined_vector.h>

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "engine/buffer/sink_buffer.hpp"
#include "engine/component/output.hpp"
#include "engine/component/transform.hpp"
#include "engine/telemetry/metrics.hpp"
#include "engine/vrl/condition.hpp"

/// The running graph as data flows through it. Everything here is immutable once traffic starts and
/// is walked by all workers at once: a source's `send` goes down the tree of stages on the calling
/// worker, without a queue, until it reaches the sinks' buffers.
namespace engine::topology {

/// The entrance of one sink: its condition, then its buffer.
struct SinkStage {
    std::optional<vrl::Condition> condition;
    buffer::SinkBuffer* buffer = nullptr;  // owned by the running sink
    telemetry::ComponentMetrics* metrics = nullptr;
};

struct TransformStage;

/// One output of a source or transform, and who consumes it, in file order.
struct OutputStage {
    std::vector<std::variant<TransformStage*, SinkStage*>> consumers;
    telemetry::Counter* sent_events = nullptr;
    telemetry::Counter* sent_event_bytes = nullptr;
};

struct TransformStage {
    const component::Transform* transform = nullptr;
    telemetry::ComponentMetrics* metrics = nullptr;
    std::vector<OutputStage> outputs;
};

/// Events that have reached the entrance of a sink, prepared for it.
struct Arrival {
    buffer::SinkBuffer* buffer = nullptr;
    component::SinkItem item;
};
/// Where the events of one delivery have come to, in the order of the graph.
using Arrivals = absl::InlinedVector<Arrival, 2>;

/// Hands the arrivals to their buffers; those that met a full one stay.
void offer(Arrivals& arrivals);
/// Waits for room for what `offer` left, one after the other.
[[nodiscard]] io::Task<void> take(Arrivals arrivals);

/// What a source sends into.
class SourceOutput final : public component::SourceOutput {
public:
    SourceOutput(const OutputStage& stage, std::string_view source_id, std::string_view source_type,
                 telemetry::ComponentMetrics& metrics)
        : stage_(stage), source_id_(source_id), source_type_(source_type), metrics_(metrics) {}
    component::Backpressure send(Delivery delivery) override;
    [[nodiscard]] std::unique_ptr<component::OrderedStream> open_stream(
        io::Runtime& runtime) override;

    /// Runs the stages, up to the entrances of the sinks.
    void run_stages(Delivery delivery, Arrivals& arrivals) const;

private:
    const OutputStage& stage_;
    std::string_view source_id_;
    std::string_view source_type_;
    telemetry::ComponentMetrics& metrics_;
};

/// What a sink passes events on to that it does not deliver itself.
class SinkOutput final : public component::Output {
public:
    explicit SinkOutput(const OutputStage& stage) : stage_(stage) {}
    component::Backpressure send(Delivery delivery) override;

private:
    const OutputStage& stage_;
};

}  // namespace engine::topology
