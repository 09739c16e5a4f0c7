#include "engine/topology/flow.hpp"

#include <algorithm>
#include <utility>

#include "engine/topology/ticketed_stream.hpp"

namespace engine::topology {

namespace {

void emit(const OutputStage& stage, Delivery delivery, Arrivals& arrivals);

class StageOutputs final : public component::TransformOutputs {
public:
    StageOutputs(const TransformStage& stage, Arrivals& arrivals)
        : stage_(stage), arrivals_(arrivals) {}
    void emit(std::size_t output, Delivery delivery) override {
        topology::emit(stage_.outputs[output], std::move(delivery), arrivals_);
    }
    [[nodiscard]] bool connected(std::size_t output) const override {
        return !stage_.outputs[output].consumers.empty();
    }

private:
    const TransformStage& stage_;
    Arrivals& arrivals_;
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

void deliver(SinkStage& sink, Delivery delivery, Arrivals& arrivals) {
    if (sink.condition) {
        select(*sink.condition, delivery);
        if (!delivery.batch) {
            return;
        }
    }
    sink.metrics->received_events.add(delivery.batch->size());
    sink.metrics->received_event_bytes.add(delivery.batch->estimated_json_size());
    arrivals.push_back({sink.buffer, sink.buffer->prepare(std::move(delivery))});
}

void transform(const TransformStage& stage, Delivery delivery, Arrivals& arrivals) {
    stage.metrics->received_events.add(delivery.batch->size());
    stage.metrics->received_event_bytes.add(delivery.batch->estimated_json_size());
    StageOutputs outputs(stage, arrivals);
    stage.transform->process(std::move(delivery), outputs);
}

void emit(const OutputStage& stage, Delivery delivery, Arrivals& arrivals) {
    if (delivery.batch->empty()) {
        return;
    }
    stage.sent_events->add(delivery.batch->size());
    stage.sent_event_bytes->add(delivery.batch->estimated_json_size());
    for (std::size_t i = 0; i < stage.consumers.size(); ++i) {
        Delivery share = i + 1 < stage.consumers.size() ? delivery : std::move(delivery);
        if (auto* const* sink = std::get_if<SinkStage*>(&stage.consumers[i])) {
            deliver(**sink, std::move(share), arrivals);
        } else {
            transform(*std::get<TransformStage*>(stage.consumers[i]), std::move(share), arrivals);
        }
    }
}

}  // namespace

void offer(Arrivals& arrivals) {
    for (Arrival& arrival : arrivals) {
        if (arrival.buffer->offer(arrival.item) == buffer::Offer::Taken) {
            arrival.buffer = nullptr;
        }
    }
    const auto taken = [](const Arrival& arrival) { return arrival.buffer == nullptr; };
    arrivals.erase(std::remove_if(arrivals.begin(), arrivals.end(), taken), arrivals.end());
}

io::Task<void> take(Arrivals arrivals) {
    for (Arrival& arrival : arrivals) {
        co_await arrival.buffer->take(std::move(arrival.item));
    }
}

namespace {

component::Backpressure hand_over(Arrivals arrivals) {
    offer(arrivals);
    if (arrivals.empty()) {
        return {};
    }
    return component::Backpressure(take(std::move(arrivals)));
}

}  // namespace

void SourceOutput::run_stages(Delivery delivery, Arrivals& arrivals) const {
    delivery.batch->source_id = source_id_;
    delivery.batch->source_type = source_type_;
    metrics_.received_events.add(delivery.batch->size());
    metrics_.received_event_bytes.add(delivery.batch->estimated_json_size());
    emit(stage_, std::move(delivery), arrivals);
}

component::Backpressure SourceOutput::send(Delivery delivery) {
    Arrivals arrivals;
    run_stages(std::move(delivery), arrivals);
    return hand_over(std::move(arrivals));
}

std::unique_ptr<component::OrderedStream> SourceOutput::open_stream(io::Runtime& runtime) {
    return std::make_unique<TicketedStream>(*this, runtime);
}

component::Backpressure SinkOutput::send(Delivery delivery) {
    Arrivals arrivals;
    emit(stage_, std::move(delivery), arrivals);
    return hand_over(std::move(arrivals));
}

}  // namespace engine::topology
