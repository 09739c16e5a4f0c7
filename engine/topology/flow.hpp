#pragma once

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

/// What a source sends into.
class SourceOutput final : public component::Output {
public:
    SourceOutput(const OutputStage& stage, std::string_view source_id, std::string_view source_type,
                 telemetry::ComponentMetrics& metrics, buffer::Patience patience)
        : stage_(stage),
          source_id_(source_id),
          source_type_(source_type),
          metrics_(metrics),
          patience_(patience) {}
    component::Backpressure send(Delivery delivery) override;

private:
    const OutputStage& stage_;
    std::string_view source_id_;
    std::string_view source_type_;
    telemetry::ComponentMetrics& metrics_;
    buffer::Patience patience_;
};

}  // namespace engine::topology
