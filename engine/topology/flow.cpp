#include "engine/topology/flow.hpp"

#include <utility>

namespace engine::topology {

namespace {

/// A delivery that met a full buffer.
struct Waiting {
    buffer::SinkBuffer* buffer;
    Delivery delivery;
};
using WaitingList = std::vector<Waiting>;

void emit(const OutputStage& stage, Delivery delivery, WaitingList& waiting);

class StageOutputs final : public component::TransformOutputs {
public:
    StageOutputs(const TransformStage& stage, WaitingList& waiting)
        : stage_(stage), waiting_(waiting) {}
    void emit(std::size_t output, Delivery delivery) override {
        topology::emit(stage_.outputs[output], std::move(delivery), waiting_);
    }
    [[nodiscard]] bool connected(std::size_t output) const override {
        return !stage_.outputs[output].consumers.empty();
    }

private:
    const TransformStage& stage_;
    WaitingList& waiting_;
};

/// Keeps the events that the condition holds for; the others are no concern of this sink.
void select(const vrl::Condition& condition, Delivery& delivery) {
    const Batch& batch = *delivery.batch;
    std::vector<std::uint32_t> positions;
    for (std::uint32_t i = 0; i < batch.size(); ++i) {
        if (condition.matches(batch, i)) {
            positions.push_back(i);
        }
    }
    if (positions.size() == batch.size()) {
        return;
    }
    if (positions.empty()) {
        delivery = {};
    } else {
        delivery.batch = Batch::select(std::move(delivery.batch), positions);
    }
}

void deliver(SinkStage& sink, Delivery delivery, WaitingList& waiting) {
    if (sink.condition) {
        select(*sink.condition, delivery);
        if (!delivery.batch) {
            return;
        }
    }
    sink.metrics->received_events.add(delivery.batch->size());
    sink.metrics->received_event_bytes.add(delivery.batch->estimated_json_size());
    if (sink.buffer->offer(delivery) == buffer::Offer::Full) {
        waiting.push_back({sink.buffer, std::move(delivery)});
    }
}

void transform(const TransformStage& stage, Delivery delivery, WaitingList& waiting) {
    stage.metrics->received_events.add(delivery.batch->size());
    stage.metrics->received_event_bytes.add(delivery.batch->estimated_json_size());
    StageOutputs outputs(stage, waiting);
    stage.transform->process(std::move(delivery), outputs);
}

void emit(const OutputStage& stage, Delivery delivery, WaitingList& waiting) {
    if (delivery.batch->empty()) {
        return;
    }
    stage.sent_events->add(delivery.batch->size());
    stage.sent_event_bytes->add(delivery.batch->estimated_json_size());
    for (std::size_t i = 0; i < stage.consumers.size(); ++i) {
        Delivery share = i + 1 < stage.consumers.size() ? delivery : std::move(delivery);
        if (auto* const* sink = std::get_if<SinkStage*>(&stage.consumers[i])) {
            deliver(**sink, std::move(share), waiting);
        } else {
            transform(*std::get<TransformStage*>(stage.consumers[i]), std::move(share), waiting);
        }
    }
}

io::Task<void> wait_for_room(WaitingList waiting) {
    for (Waiting& item : waiting) {
        co_await item.buffer->take(std::move(item.delivery));
    }
}

component::Backpressure send_into(const OutputStage& stage, Delivery delivery) {
    WaitingList waiting;
    emit(stage, std::move(delivery), waiting);
    if (waiting.empty()) {
        return {};
    }
    return component::Backpressure(wait_for_room(std::move(waiting)));
}

}  // namespace

component::Backpressure SourceOutput::send(Delivery delivery) {
    delivery.batch->source_id = source_id_;
    delivery.batch->source_type = source_type_;
    metrics_.received_events.add(delivery.batch->size());
    metrics_.received_event_bytes.add(delivery.batch->estimated_json_size());
    return send_into(stage_, std::move(delivery));
}

component::Backpressure SinkOutput::send(Delivery delivery) {
    return send_into(stage_, std::move(delivery));
}

}  // namespace engine::topology
