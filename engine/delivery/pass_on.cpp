#include "engine/delivery/pass_on.hpp"

#include <utility>

#include "engine/event/container.hpp"

namespace engine::delivery {

namespace {

/// Tells the acknowledgements of a request what became of its events elsewhere.
class PassedOn final : public Finalizer {
public:
    explicit PassedOn(std::vector<Acknowledgement> waiting) : waiting_(std::move(waiting)) {}

protected:
    void finished(DeliveryStatus status) override {
        for (Acknowledgement& each : waiting_) {
            each.finish(status);
        }
        delete this;
    }

private:
    std::vector<Acknowledgement> waiting_;
};

void set_rejected(Batch& batch, const Rejection& why) {
    Arena& arena = batch.arena();
    for (std::size_t i = 0; i < batch.size(); ++i) {
        Member members[] = {
            {"attempts", Value::integer(static_cast<std::int64_t>(why.attempts))},
            {"reason", Value::copy_of(why.reason, arena)},
            {"sink", Value::copy_of(why.sink, arena)},
            {"status", why.status ? Value::integer(*why.status) : Value::null()},
        };
        Value& metadata = batch.writable_metadata(i);
        if (!metadata.is_object()) {
            metadata = object_of({}, arena);
        }
        insert_member(writable_object(metadata, arena), "rejected", arena) =
            object_of(members, arena);
    }
}

}  // namespace

io::Task<> pass_on(component::Output& output, Request& request, const Rejection* why) {
    const Acknowledgement share(new PassedOn(std::move(request.acknowledgements)));
    request.acknowledgements.clear();
    for (const EventSelection& selection : request.selections) {
        BatchRef batch = Batch::derive(selection.batch);
        batch->reserve(selection.positions.size());
        for (const std::uint32_t position : selection.positions) {
            batch->push_from(*selection.batch, position);
        }
        if (why != nullptr) {
            set_rejected(*batch, *why);
        }
        Delivery delivery{std::move(batch), share};
        ENGINE_CO_SEND(output, std::move(delivery));
    }
}

}  // namespace engine::delivery
