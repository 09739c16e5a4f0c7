#include "sinks/socket/shipment.hpp"

namespace engine::socket_sink {

namespace {

constexpr std::size_t most_items = 256;
constexpr std::size_t most_bytes = std::size_t{1} << 20;
constexpr std::string_view log_target = "engine::sinks::socket";

}  // namespace

io::Task<bool> Shipment::fill(component::SinkInput& input) {
    std::optional<component::SinkItem> item = co_await input.receive();
    std::size_t bytes = 0;
    while (item) {
        bytes += encoded(*item).bytes.size();
        items_.push_back(std::move(*item));
        if (items_.size() == most_items || bytes >= most_bytes) {
            break;
        }
        item = input.try_receive();
    }
    co_return !items_.empty();
}

void Shipment::report_unencoded(const EncodedEvents& events) const {
    using telemetry::field;
    using telemetry::quoted;
    for (const EncodedEvents::Failure& failure : events.failed) {
        context_.log.error(
            "engine::codec", "Failed serializing frame.",
            {field("error", failure.error.message), quoted("error_code", "encoder_serialize"),
             quoted("error_type", "encoder_failed"), quoted("stage", "sending")});
        context_.metrics.error("encoder_failed", "sending");
    }
    if (!events.failed.empty()) {
        context_.metrics.discarded_unintentionally.add(events.failed.size());
    }
}

void Shipment::finish(std::size_t lost) {
    for (component::SinkItem& item : items_) {
        const EncodedEvents& events = encoded(item);
        const Batch& batch = *item.delivery.batch;
        report_unencoded(events);
        const std::size_t here = std::min(lost, batch.size() - events.failed.size());
        lost -= here;
        const std::size_t sent = batch.size() - events.failed.size() - events.skipped - here;
        context_.metrics.sent_events.add(sent);
        if (sent > 0) {
            context_.metrics.sent_event_bytes.add(batch.estimated_json_size() * sent /
                                                  batch.size());
        }
        sent_bytes_.add(events.bytes.size());
        item.delivery.acknowledgement.finish(events.failed.empty() && here == 0
                                                 ? DeliveryStatus::Delivered
                                                 : DeliveryStatus::Rejected);
    }
    items_.clear();
}

void Shipment::give_up() {
    for (component::SinkItem& item : items_) {
        if (!context_.durable) {
            const std::size_t lost = item.delivery.batch->size();
            context_.metrics.discarded_unintentionally.add(lost);
            context_.log.error(log_target, "Events dropped",
                               {telemetry::field("intentional", "false"),
                                telemetry::field("count", static_cast<std::int64_t>(lost)),
                                telemetry::quoted("reason", "The shutdown's limit has passed.")});
        }
        item.delivery.acknowledgement.finish(DeliveryStatus::Errored);
    }
    items_.clear();
}

}  // namespace engine::socket_sink
