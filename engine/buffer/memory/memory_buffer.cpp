#include "engine/buffer/memory/memory_buffer.hpp"

#include <limits>

#include "engine/buffer/buffer_metrics.hpp"

namespace engine::buffer {

namespace {

constexpr std::string_view log_target = "engine::buffer::memory";

}  // namespace

MemoryBuffer::MemoryBuffer(const Options& options, const component::Sink& sink,
                           const telemetry::ComponentMetrics& metrics, telemetry::Logger log)
    : options_(options),
      sink_(sink),
      channel_(std::numeric_limits<std::size_t>::max(),
               options.max_bytes > 0 ? options.max_bytes : options.max_events),
      depth_events_(telemetry::MetricsRegistry::instance().gauge(
          "buffer_size_events", buffer_tags(metrics, options.stage))),
      discarded_(telemetry::MetricsRegistry::instance().counter(
          "buffer_discarded_events_total",
          buffer_tags(metrics, options.stage, {{"intentional", "true"}}))),
      log_(std::move(log)) {}

std::size_t MemoryBuffer::weight(const Batch& batch) const {
    return options_.max_bytes > 0 ? batch.estimated_json_size() : batch.size();
}

component::SinkItem MemoryBuffer::prepare(Delivery delivery) const {
    std::unique_ptr<component::Prepared> result = sink_.prepare(*delivery.batch);
    return {std::move(delivery), std::move(result)};
}

Offer MemoryBuffer::offer(component::SinkItem& item, Patience patience) {
    const std::size_t cost = weight(*item.delivery.batch);
    const auto events = static_cast<std::int64_t>(item.delivery.batch->size());
    Acknowledgement handed_over;
    if (!options_.hold_acknowledgements) {
        // Handing over is all that anybody waits for.
        handed_over = std::move(item.delivery.acknowledgement);
    }
    depth_events_.add(events);
    do {
        if (channel_.try_push(item, cost)) {
            signal();
            return Offer::Taken;
        }
    } while (options_.when_full == WhenFull::DropOldest && !channel_.is_closed() && drop_oldest());
    depth_events_.add(-events);
    if (!options_.hold_acknowledgements) {
        item.delivery.acknowledgement = std::move(handed_over);
    }
    if (options_.when_full == WhenFull::DropNewest || channel_.is_closed()) {
        drop(item.delivery, "drop_newest");
        return Offer::Taken;
    }
    if (options_.when_full == WhenFull::Reject && patience == Patience::Limited &&
        item.delivery.acknowledgement) {
        item.delivery.acknowledgement.finish(DeliveryStatus::Errored);
        item = {};
        return Offer::Taken;
    }
    return Offer::Full;
}

io::Task<void> MemoryBuffer::take(component::SinkItem item, Patience patience) {
    using Push = io::Channel<component::SinkItem>::Push;
    const std::size_t cost = weight(*item.delivery.batch);
    const auto events = static_cast<std::int64_t>(item.delivery.batch->size());
    // Whoever does not wait for the outcome cannot be told of a refusal.
    const bool limited = patience == Patience::Limited && item.delivery.acknowledgement;
    Acknowledgement waiting = options_.hold_acknowledgements
                                  ? item.delivery.acknowledgement
                                  : std::move(item.delivery.acknowledgement);
    depth_events_.add(events);
    Push pushed = Push::Accepted;
    if (limited) {
        pushed = co_await channel_.push_for(std::move(item), cost, options_.block_timeout);
    } else {
        const bool accepted = co_await channel_.push(std::move(item), cost);
        pushed = accepted ? Push::Accepted : Push::Closed;
    }
    if (pushed != Push::Accepted) {
        depth_events_.add(-events);
        waiting.finish(DeliveryStatus::Errored);  // full for too long, or the sink is gone
        co_return;
    }
    signal();
}

bool MemoryBuffer::drop_oldest() {
    std::optional<component::SinkItem> oldest = channel_.try_pop();
    if (!oldest) {
        return false;
    }
    count_out(*oldest);
    drop(oldest->delivery, "drop_oldest");
    return true;
}

void MemoryBuffer::drop(Delivery& delivery, std::string_view reason) {
    discarded_.add(delivery.batch->size());
    log_.warn(log_target, "Events dropped by a full buffer.",
              {telemetry::field("count", static_cast<std::int64_t>(delivery.batch->size())),
               telemetry::field("intentional", "true"), telemetry::quoted("reason", reason)});
    delivery = {};
}

void MemoryBuffer::count_out(const component::SinkItem& item) {
    depth_events_.add(-static_cast<std::int64_t>(item.delivery.batch->size()));
}

io::Task<std::optional<component::SinkItem>> MemoryBuffer::receive() {
    std::optional<component::SinkItem> item = co_await channel_.pop();
    if (item) {
        count_out(*item);
    }
    co_return item;
}

std::optional<component::SinkItem> MemoryBuffer::try_receive() {
    std::optional<component::SinkItem> item = channel_.try_pop();
    if (item) {
        count_out(*item);
    }
    return item;
}

}  // namespace engine::buffer
