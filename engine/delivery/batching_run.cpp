#include "engine/delivery/batching_run.hpp"

#include <utility>

namespace engine::delivery {

namespace {

/// Beyond that, open batches are sent as they are: many keys with a few events each.
constexpr std::size_t most_waiting_bytes = std::size_t{64} << 20;
/// What an open batch takes beside its encoded events.
constexpr std::size_t open_batch_bytes = std::size_t{1} << 10;

}  // namespace

BatchingRun::BatchingRun(RequestSender& sender, const BatchLimits& limits, RequestFactory factory,
                         Clock& clock)
    : sender_(sender), batcher_(limits), factory_(std::move(factory)), clock_(clock) {}

io::Task<> BatchingRun::run(component::SinkInput& input, io::Worker& worker) {
    sender_.on_idle([this, &input] {
        take_what_is_there(input);
        flush_acknowledged();
    });
    for (;;) {
        std::optional<component::SinkItem> item = co_await input.receive();
        if (!item) {
            break;
        }
        take(*std::move(item));
        take_what_is_there(input);
        if (sender_.idle()) {
            flush_acknowledged();
        }
        if (!timer_runs_ && !batcher_.empty()) {
            timer_runs_ = true;
            timer_ended_.reset();
            worker.spawn(flush_expired());
        }
        co_await sender_.room();
    }
    sender_.on_idle({});
    no_more_waiting_.request_stop();
    while (timer_runs_) {
        co_await timer_ended_.wait();
    }
    batcher_.take_all(ready_);
    submit(ready_);
    co_await sender_.drained();
}

void BatchingRun::take_what_is_there(component::SinkInput& input) {
    while (sender_.has_room()) {
        std::optional<component::SinkItem> item = input.try_receive();
        if (!item) {
            return;
        }
        take(*std::move(item));
    }
}

void BatchingRun::take(component::SinkItem item) {
    const auto* prepared = static_cast<const PreparedEvents*>(item.prepared.get());
    Acknowledgement& acknowledgement = item.delivery.acknowledgement;
    const BatchRef source = sender_.keeps_events() ? item.delivery.batch : BatchRef();
    if (!prepared->rejected.empty()) {
        sender_.reject({source, prepared->rejected}, acknowledgement, prepared->rejected_reason);
    } else if (prepared->failed > 0) {
        Acknowledgement(acknowledgement).finish(DeliveryStatus::Rejected);
    }
    const std::size_t events = item.delivery.batch->size();
    const std::size_t event_bytes = item.delivery.batch->estimated_json_size();
    for (const std::shared_ptr<const EncodedGroup>& group : prepared->groups) {
        batcher_.add(group, event_bytes * group->events.ends.size() / events, acknowledgement,
                     clock_.now(), ready_, source);
    }
    if (batcher_.bytes() + batcher_.size() * open_batch_bytes > most_waiting_bytes) {
        batcher_.take_all(ready_);
    }
    submit(ready_);
}

void BatchingRun::submit(std::vector<EventBatch>& batches) {
    for (EventBatch& batch : std::exchange(batches, {})) {
        const std::size_t events = batch.events;
        const std::size_t event_bytes = batch.event_bytes;
        std::vector<Acknowledgement> acknowledgements = std::move(batch.acknowledgements);
        std::vector<EventSelection> selections = batch.selections();
        std::unique_ptr<Request> request = factory_(batch);
        if (!request) {
            for (Acknowledgement& each : acknowledgements) {
                each.finish(DeliveryStatus::Rejected);
            }
            continue;
        }
        request->events = events;
        request->event_bytes = event_bytes;
        request->acknowledgements = std::move(acknowledgements);
        request->selections = std::move(selections);
        sender_.submit(std::move(request));
    }
}

void BatchingRun::flush_acknowledged() {
    batcher_.take_acknowledged(ready_);
    submit(ready_);
}

io::Task<> BatchingRun::flush_expired() {
    while (const std::optional<TimePoint> deadline = batcher_.deadline()) {
        const TimePoint now = clock_.now();
        if (*deadline > now) {
            const io::SleepResult slept =
                co_await clock_.sleep(*deadline - now, no_more_waiting_.get_token());
            if (slept == io::SleepResult::Stopped) {
                break;
            }
        }
        batcher_.take_expired(clock_.now(), ready_);
        submit(ready_);
    }
    timer_runs_ = false;
    timer_ended_.set();
}

}  // namespace engine::delivery
