#include "engine/topology/flow.hpp"

#include <algorithm>
#include <iterator>
#include <span>
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
    component::SinkItem item = sink.buffer->prepare(std::move(delivery));
    Arrival& arrival = arrivals.emplace_back();
    arrival.buffer = sink.buffer;
    arrival.item = std::move(item);
    arrival.reserves = sink.reserves;
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

/// Room for all arrivals, or for none: then `blocked` is what had none.
buffer::Admission reserve_all(Arrivals& arrivals, buffer::Admittance*& blocked) {
    for (std::size_t i = 0; i < arrivals.size(); ++i) {
        if (!arrivals[i].admittance) {
            continue;
        }
        const buffer::Admission admission = arrivals[i].admittance->reserve();
        if (admission == buffer::Admission::Admitted) {
            continue;
        }
        blocked = arrivals[i].admittance.get();
        for (Arrival& reserved : std::span(arrivals).first(i)) {
            if (reserved.admittance) {
                reserved.admittance->release();
            }
        }
        return admission;
    }
    return buffer::Admission::Admitted;
}

/// Gives every arrival to its buffer; leaves what waits for room in memory, and what is behind
/// that.
void store_all(Arrivals& arrivals, buffer::Patience patience) {
    absl::InlinedVector<const buffer::SinkBuffer*, 2> full;
    for (Arrival& arrival : arrivals) {
        arrival.reserves = false;
        if (arrival.admittance) {
            arrival.admittance->store(std::move(arrival.item.delivery));
            arrival.buffer = nullptr;
        } else if (!full.empty() && std::ranges::find(full, arrival.buffer) != full.end()) {
            continue;
        } else if (arrival.buffer->offer(arrival.item, patience) == buffer::Offer::Taken) {
            arrival.buffer = nullptr;
        } else {
            full.push_back(arrival.buffer);
        }
    }
    const auto taken = [](const Arrival& arrival) { return arrival.buffer == nullptr; };
    arrivals.erase(std::remove_if(arrivals.begin(), arrivals.end(), taken), arrivals.end());
}

/// Whether each buffer is to store what it can: a source that cannot answer sends nothing again.
bool in_parts(buffer::Admission admission, buffer::Patience patience) {
    return admission == buffer::Admission::TooLarge && patience == buffer::Patience::Endless;
}

/// What comes of an admission that is not Full; `blocked` is the buffer that said so.
void settle(Arrivals& arrivals, buffer::Admission admission, const buffer::Admittance* blocked,
            buffer::Patience patience) {
    if (admission == buffer::Admission::Admitted) {
        store_all(arrivals, patience);
        return;
    }
    const bool too_large = admission == buffer::Admission::TooLarge;
    const auto status = too_large ? DeliveryStatus::TooLarge : DeliveryStatus::Errored;
    for (Arrival& arrival : arrivals) {
        if (too_large && arrival.admittance.get() == blocked) {
            arrival.admittance->note_too_large(arrival.item.delivery);
        }
        arrival.item.delivery.acknowledgement.finish(status);
    }
    arrivals.clear();
}

/// The arrivals of the first delivery; those behind it stay.
Arrivals take_first_delivery(Arrivals& arrivals) {
    const auto other = [number = arrivals.front().delivery](const Arrival& arrival) {
        return arrival.delivery != number;
    };
    const auto end = std::find_if(arrivals.begin(), arrivals.end(), other);
    Arrivals first(std::make_move_iterator(arrivals.begin()), std::make_move_iterator(end));
    arrivals.erase(arrivals.begin(), end);
    return first;
}

void admit_all(Arrivals& arrivals, buffer::Patience patience) {
    for (Arrival& arrival : arrivals) {
        if (!arrival.admittance) {
            arrival.admittance = arrival.buffer->admit(arrival.item, patience);
        }
    }
}

/// Waits until there is room in every buffer for one delivery; leaves what its buffers are to take
/// in parts. Nothing is held meanwhile: two requests that each held what the other lacks would wait
/// for ever.
io::Task<void> wait_for_all(Arrivals& arrivals, buffer::Patience patience) {
    admit_all(arrivals, patience);
    buffer::Admittance* blocked = nullptr;
    buffer::Admission admission = reserve_all(arrivals, blocked);
    while (admission == buffer::Admission::Full) {
        const bool goes_on = co_await blocked->wait_for_room();
        admission = goes_on ? reserve_all(arrivals, blocked) : buffer::Admission::Refused;
    }
    if (in_parts(admission, patience)) {
        for (Arrival& arrival : arrivals) {
            arrival.admittance.reset();
        }
        co_return;
    }
    settle(arrivals, admission, blocked, patience);
}

}  // namespace

void offer(Arrivals& arrivals, buffer::Patience patience) {
    if (arrivals.empty() || !arrivals.front().reserves) {
        store_all(arrivals, patience);
        return;
    }
    while (!arrivals.empty()) {
        Arrivals first = take_first_delivery(arrivals);
        admit_all(first, patience);
        buffer::Admittance* blocked = nullptr;
        const buffer::Admission admission = reserve_all(first, blocked);
        if (admission != buffer::Admission::Full && !in_parts(admission, patience)) {
            settle(first, admission, blocked, patience);
        }
        if (!first.empty()) {
            // What is behind it stays behind it.
            std::move(arrivals.begin(), arrivals.end(), std::back_inserter(first));
            arrivals = std::move(first);
            return;
        }
    }
}

io::Task<void> take(Arrivals arrivals, buffer::Patience patience) {
    while (!arrivals.empty()) {
        Arrivals first = take_first_delivery(arrivals);
        if (first.front().reserves) {
            co_await wait_for_all(first, patience);
        }
        for (Arrival& arrival : first) {
            co_await arrival.buffer->take(std::move(arrival.item), patience);
        }
    }
}

namespace {

component::Backpressure hand_over(Arrivals arrivals, buffer::Patience patience) {
    offer(arrivals, patience);
    if (arrivals.empty()) {
        return {};
    }
    return component::Backpressure(take(std::move(arrivals), patience));
}

}  // namespace

void SourceOutput::run_stages(Delivery delivery, Arrivals& arrivals) const {
    delivery.batch->source_id = source_id_;
    delivery.batch->source_type = source_type_;
    metrics_.received_events.add(delivery.batch->size());
    metrics_.received_event_bytes.add(delivery.batch->estimated_json_size());
    const std::size_t before = arrivals.size();
    const std::uint32_t number = before == 0 ? 0 : arrivals.back().delivery + 1;
    emit(stage_, std::move(delivery), arrivals);
    for (Arrival& arrival : std::span(arrivals).subspan(before)) {
        arrival.delivery = number;
    }
}

component::Backpressure SourceOutput::send(Delivery delivery) {
    Arrivals arrivals;
    run_stages(std::move(delivery), arrivals);
    return hand_over(std::move(arrivals), patience_);
}

std::unique_ptr<component::OrderedStream> SourceOutput::open_stream(io::Runtime& runtime) {
    return std::make_unique<TicketedStream>(*this, runtime);
}

component::Backpressure SinkOutput::send(Delivery delivery) {
    Arrivals arrivals;
    emit(stage_, std::move(delivery), arrivals);
    return hand_over(std::move(arrivals), buffer::Patience::Endless);
}

}  // namespace engine::topology
