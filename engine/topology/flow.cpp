#include "engine/topology/flow.hpp"

#include <span>
#include <utility>

namespace engine::topology {

namespace {

/// A delivery that met a full buffer, or waits until there is room in all buffers of its request.
struct Waiting {
    buffer::SinkBuffer* buffer;
    Delivery delivery;
    /// Where the buffer sets room aside.
    std::unique_ptr<buffer::Admittance> admittance = nullptr;
    bool offered = true;
};
using WaitingList = std::vector<Waiting>;

/// One send on its way down the graph.
struct Course {
    buffer::Patience patience = buffer::Patience::Endless;
    WaitingList waiting;
};

void emit(const OutputStage& stage, Delivery delivery, Course& course);

class StageOutputs final : public component::TransformOutputs {
public:
    StageOutputs(const TransformStage& stage, Course& course) : stage_(stage), course_(course) {}
    void emit(std::size_t output, Delivery delivery) override {
        topology::emit(stage_.outputs[output], std::move(delivery), course_);
    }
    [[nodiscard]] bool connected(std::size_t output) const override {
        return !stage_.outputs[output].consumers.empty();
    }

private:
    const TransformStage& stage_;
    Course& course_;
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

void deliver(SinkStage& sink, Delivery delivery, Course& course) {
    if (sink.condition) {
        select(*sink.condition, delivery);
        if (!delivery.batch) {
            return;
        }
    }
    sink.metrics->received_events.add(delivery.batch->size());
    sink.metrics->received_event_bytes.add(delivery.batch->estimated_json_size());
    if (sink.reserves) {
        std::unique_ptr<buffer::Admittance> admittance =
            sink.buffer->admit(delivery, course.patience);
        course.waiting.push_back({sink.buffer, std::move(delivery), std::move(admittance), false});
        return;
    }
    if (sink.buffer->offer(delivery, course.patience) == buffer::Offer::Full) {
        course.waiting.push_back({sink.buffer, std::move(delivery)});
    }
}

void transform(const TransformStage& stage, Delivery delivery, Course& course) {
    stage.metrics->received_events.add(delivery.batch->size());
    stage.metrics->received_event_bytes.add(delivery.batch->estimated_json_size());
    StageOutputs outputs(stage, course);
    stage.transform->process(std::move(delivery), outputs);
}

void emit(const OutputStage& stage, Delivery delivery, Course& course) {
    if (delivery.batch->empty()) {
        return;
    }
    stage.sent_events->add(delivery.batch->size());
    stage.sent_event_bytes->add(delivery.batch->estimated_json_size());
    for (std::size_t i = 0; i < stage.consumers.size(); ++i) {
        Delivery share = i + 1 < stage.consumers.size() ? delivery : std::move(delivery);
        if (auto* const* sink = std::get_if<SinkStage*>(&stage.consumers[i])) {
            deliver(**sink, std::move(share), course);
        } else {
            transform(*std::get<TransformStage*>(stage.consumers[i]), std::move(share), course);
        }
    }
}

io::Task<void> wait_for_room(WaitingList waiting, buffer::Patience patience) {
    for (Waiting& item : waiting) {
        co_await item.buffer->take(std::move(item.delivery), patience);
    }
}

/// Room for all parts of a request, or for none: then `blocked` is what had none.
buffer::Admission reserve_all(WaitingList& parts, buffer::Admittance*& blocked) {
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (!parts[i].admittance) {
            continue;
        }
        const buffer::Admission admission = parts[i].admittance->reserve();
        if (admission == buffer::Admission::Admitted) {
            continue;
        }
        blocked = parts[i].admittance.get();
        for (Waiting& reserved : std::span(parts).first(i)) {
            if (reserved.admittance) {
                reserved.admittance->release();
            }
        }
        return admission;
    }
    return buffer::Admission::Admitted;
}

/// Gives every part to its buffer; leaves in `parts` what waits for room in memory.
void store_all(WaitingList& parts, buffer::Patience patience) {
    WaitingList full;
    for (Waiting& part : parts) {
        if (part.admittance) {
            part.admittance->store(std::move(part.delivery));
        } else if (part.buffer->offer(part.delivery, patience) == buffer::Offer::Full) {
            full.push_back(std::move(part));
        }
    }
    parts = std::move(full);
}

void refuse_all(WaitingList& parts, buffer::Admission admission) {
    const auto status = admission == buffer::Admission::TooLarge ? DeliveryStatus::Rejected
                                                                 : DeliveryStatus::Errored;
    for (Waiting& part : parts) {
        part.delivery.acknowledgement.finish(status);
    }
    parts.clear();
}

/// Waits until there is room in every buffer. Nothing is held meanwhile: two requests that each
/// held what the other lacks would wait for ever.
io::Task<void> wait_for_all(WaitingList parts, buffer::Admittance* blocked,
                            buffer::Patience patience) {
    buffer::Admission admission = buffer::Admission::Full;
    while (admission == buffer::Admission::Full) {
        const bool goes_on = co_await blocked->wait_for_room();
        if (!goes_on) {
            break;
        }
        admission = reserve_all(parts, blocked);
    }
    if (admission != buffer::Admission::Admitted) {
        refuse_all(parts, admission);
        co_return;
    }
    store_all(parts, patience);
    co_await wait_for_room(std::move(parts), patience);
}

/// What is left to wait for once room has been set aside and used, if anything.
component::Backpressure admit_all(WaitingList parts, buffer::Patience patience) {
    buffer::Admittance* blocked = nullptr;
    const buffer::Admission admission = reserve_all(parts, blocked);
    if (admission == buffer::Admission::Full) {
        return component::Backpressure(wait_for_all(std::move(parts), blocked, patience));
    }
    if (admission == buffer::Admission::Admitted) {
        store_all(parts, patience);
    } else {
        refuse_all(parts, admission);
    }
    if (parts.empty()) {
        return {};
    }
    return component::Backpressure(wait_for_room(std::move(parts), patience));
}

}  // namespace

component::Backpressure SourceOutput::send(Delivery delivery) {
    delivery.batch->source_id = source_id_;
    delivery.batch->source_type = source_type_;
    metrics_.received_events.add(delivery.batch->size());
    metrics_.received_event_bytes.add(delivery.batch->estimated_json_size());
    Course course{patience_, {}};
    emit(stage_, std::move(delivery), course);
    if (course.waiting.empty()) {
        return {};
    }
    if (!course.waiting.front().offered) {
        return admit_all(std::move(course.waiting), patience_);
    }
    return component::Backpressure(wait_for_room(std::move(course.waiting), patience_));
}

}  // namespace engine::topology
