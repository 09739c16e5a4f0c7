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
    /// Room is set aside in every buffer of a request before any is written to.
    bool reserves = false;
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
    /// Where the buffer sets room aside; refers to the item's preparation.
    std::unique_ptr<buffer::Admittance> admittance;
    /// Waits, with all others of its delivery, until there is room in all buffers that set some
    /// aside. The same for all arrivals of a delivery.
    bool reserves = false;
    /// Counts what the source sent of these arrivals.
    std::uint32_t delivery = 0;
};
/// Where the events of one or more deliveries have come to, each in the order of the graph.
using Arrivals = absl::InlinedVector<Arrival, 2>;

/// Hands the arrivals to their buffers; those that met a full one stay. Where room has to be set
/// aside, all of a delivery stay when one buffer has none, and so do those behind it.
void offer(Arrivals& arrivals, buffer::Patience patience);
/// Waits for room for what `offer` left, one after the other.
[[nodiscard]] io::Task<void> take(Arrivals arrivals, buffer::Patience patience);

/// What a source sends into.
class SourceOutput final : public component::SourceOutput {
public:
    SourceOutput(const OutputStage& stage, std::string_view source_id, std::string_view source_type,
                 telemetry::ComponentMetrics& metrics, buffer::Patience patience)
        : stage_(stage),
          source_id_(source_id),
          source_type_(source_type),
          metrics_(metrics),
          patience_(patience) {}
    component::Backpressure send(Delivery delivery) override;
    [[nodiscard]] std::unique_ptr<component::OrderedStream> open_stream(
        io::Runtime& runtime) override;

    /// Runs the stages, up to the entrances of the sinks.
    void run_stages(Delivery delivery, Arrivals& arrivals) const;
    [[nodiscard]] buffer::Patience patience() const { return patience_; }

private:
    const OutputStage& stage_;
    std::string_view source_id_;
    std::string_view source_type_;
    telemetry::ComponentMetrics& metrics_;
    buffer::Patience patience_;
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
