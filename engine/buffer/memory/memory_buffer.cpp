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
      depth_events_(
          telemetry::MetricsRegistry::instance().gauge("buffer_size_events", buffer_tags(metrics))),
      discarded_(telemetry::MetricsRegistry::instance().counter(
          "buffer_discarded_events_total", buffer_tags(metrics, {{"intentional", "true"}}))),
      log_(std::move(log)) {}

std::size_t MemoryBuffer::weight(const Batch& batch) const {
    return options_.max_bytes > 0 ? batch.estimated_json_size() : batch.size();
}

component::SinkItem MemoryBuffer::prepare(Delivery delivery) const {
    std::unique_ptr<component::Prepared> result = sink_.prepare(*delivery.batch);
    return {std::move(delivery), std::move(result)};
}

Offer MemoryBuffer::offer(component::SinkItem& item) {
    const std::size_t cost = weight(*item.delivery.batch);
    const auto events = static_cast<std::int64_t>(item.delivery.batch->size());
    Acknowledgement handed_over;
    if (!options_.hold_acknowledgements) {
        // Handing over is all that anybody waits for.
        handed_over = std::move(item.delivery.acknowledgement);
    }
    depth_events_.add(events);
    if (channel_.try_push(item, cost)) {
        return Offer::Taken;
    }
    depth_events_.add(-events);
    if (!options_.hold_acknowledgements) {
        item.delivery.acknowledgement = std::move(handed_over);
    }
    if (options_.when_full == WhenFull::DropNewest || channel_.is_closed()) {
        drop(item.delivery);
        return Offer::Taken;
    }
    return Offer::Full;
}

io::Task<void> MemoryBuffer::take(component::SinkItem item) {
    const std::size_t cost = weight(*item.delivery.batch);
    const auto events = static_cast<std::int64_t>(item.delivery.batch->size());
    Acknowledgement waiting = options_.hold_acknowledgements
                                  ? item.delivery.acknowledgement
                                  : std::move(item.delivery.acknowledgement);
    depth_events_.add(events);
    const bool pushed = co_await channel_.push(std::move(item), cost);
    if (!pushed) {
        depth_events_.add(-events);
        waiting.finish(DeliveryStatus::Errored);  // the sink is gone
    }
}

void MemoryBuffer::drop(Delivery& delivery) {
    discarded_.add(delivery.batch->size());
    log_.warn(
        log_target, "Events dropped by a full buffer.",
        {telemetry::field("count", static_cast<std::int64_t>(delivery.batch->size())),
         telemetry::field("intentional", "true"), telemetry::quoted("reason", "drop_newest")});
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
