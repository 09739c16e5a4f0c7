#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "engine/codec/event_encoder.hpp"
#include "engine/component/sink.hpp"

namespace engine::socket_sink {

/// The events of a batch as bytes, encoded by the worker that had the batch.
struct EncodedBatch final : component::Prepared {
    EncodedEvents events;
};

/// Batches that are sent with one write. Owned by the sink's task.
class Shipment {
public:
    explicit Shipment(component::SinkContext& context, telemetry::Counter& sent_bytes)
        : context_(context), sent_bytes_(sent_bytes) {}

    /// Waits for batches, then takes what is there. False once the input has ended.
    [[nodiscard]] io::Task<bool> fill(component::SinkInput& input);

    [[nodiscard]] const std::vector<component::SinkItem>& items() const { return items_; }
    [[nodiscard]] static const EncodedEvents& encoded(const component::SinkItem& item) {
        return static_cast<const EncodedBatch&>(*item.prepared).events;
    }
    /// Counts, logs and acknowledges: all was sent, but for `lost` events that nobody will take.
    void finish(std::size_t lost);
    /// Nothing was sent: a later attempt may succeed.
    void give_up();

private:
    void report_unencoded(const EncodedEvents& events) const;

    component::SinkContext& context_;
    telemetry::Counter& sent_bytes_;
    std::vector<component::SinkItem> items_;
};

}  // namespace engine::socket_sink
