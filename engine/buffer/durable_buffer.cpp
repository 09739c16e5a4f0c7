#include "engine/buffer/durable_buffer.hpp"

#include <algorithm>
#include <vector>

#include "engine/buffer/buffer_metrics.hpp"
#include "engine/codec/record.hpp"

namespace engine::buffer {

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::string_view log_target = "engine::buffer::disk";
constexpr std::size_t maximum_record_events = 1000;
constexpr std::size_t maximum_record_bytes = std::size_t{1} << 20;
/// A full buffer tells one waiter at a time; the others look again after this long.
constexpr std::chrono::milliseconds space_poll{50};
constexpr std::chrono::seconds return_delay{1};

struct EncodedRecord {
    SlabRef payload;
    std::uint32_t events;
};

/// A delivery's batch as it will be stored.
struct Records final : component::Prepared {
    std::vector<EncodedRecord> records;
};

/// The batch as records of at most 1,000 events and about 1 MiB.
std::vector<EncodedRecord> encode(const Batch& batch) {
    std::vector<EncodedRecord> records;
    const std::size_t average = batch.estimated_json_size() / batch.size() + 1;
    const std::size_t step =
        std::clamp<std::size_t>(maximum_record_bytes / average, 1, maximum_record_events);
    for (std::size_t begin = 0; begin < batch.size(); begin += step) {
        const std::size_t end = std::min(batch.size(), begin + step);
        ByteBuffer bytes;
        write_record(batch, begin, end, bytes);
        records.push_back(
            {SlabRef::copy_of(bytes.view()), static_cast<std::uint32_t>(end - begin)});
    }
    return records;
}

}  // namespace

/// Tells the buffer what became of one record that the sink holds.
class DurableBuffer::RecordFinalizer final : public Finalizer {
public:
    RecordFinalizer(DurableBuffer& buffer, disk::Record record)
        : buffer_(buffer), record_(std::move(record)) {}

protected:
    void finished(DeliveryStatus status) override {
        buffer_.finished(std::move(record_), status);
        delete this;
    }

private:
    DurableBuffer& buffer_;
    disk::Record record_;
};

DurableBuffer::DurableBuffer(const Options& options, const component::Sink& sink,
                             const telemetry::ComponentMetrics& metrics, telemetry::Logger log)
    : options_(options),
      sink_(sink),
      depth_events_(
          telemetry::MetricsRegistry::instance().gauge("buffer_size_events", buffer_tags(metrics))),
      depth_bytes_(
          telemetry::MetricsRegistry::instance().gauge("buffer_size_bytes", buffer_tags(metrics))),
      discarded_(telemetry::MetricsRegistry::instance().counter(
          "buffer_discarded_events_total", buffer_tags(metrics, {{"intentional", "true"}}))),
      log_(std::move(log)) {}

Result<std::unique_ptr<DurableBuffer>> DurableBuffer::open(
    const Options& options, const component::Sink& sink, const telemetry::ComponentMetrics& metrics,
    telemetry::Logger log) {
    std::unique_ptr<DurableBuffer> buffer(
        new DurableBuffer(options, sink, metrics, std::move(log)));
    buffer->disk_ = ENGINE_TRY(disk::DiskBuffer::open(options.disk));
    buffer->disk_->on_readable([self = buffer.get()] { self->readable_.set(); });
    buffer->disk_->on_space([self = buffer.get()] { self->space_.set(); });
    const disk::Stats stats = buffer->disk_->stats();
    if (stats.events > 0) {
        buffer->log_.info(log_target, "Stored events are delivered first.",
                          {telemetry::field("events", static_cast<std::int64_t>(stats.events)),
                           telemetry::field("bytes", static_cast<std::int64_t>(stats.disk_bytes))});
    }
    buffer->report();
    return buffer;
}

component::SinkItem DurableBuffer::prepare(Delivery delivery) const {
    auto prepared = std::make_unique<Records>();
    prepared->records = encode(*delivery.batch);
    return {std::move(delivery), std::move(prepared)};
}

Offer DurableBuffer::offer(component::SinkItem& item) {
    Delivery& delivery = item.delivery;
    std::vector<EncodedRecord>& records = static_cast<Records&>(*item.prepared).records;
    // All or nothing: space for every record is set aside before the first is written.
    std::vector<disk::DiskBuffer::Reservation> reserved;
    reserved.reserve(records.size());
    for (const EncodedRecord& record : records) {
        auto reservation = disk_->reserve(record.payload.size());
        if (reservation) {
            reserved.push_back(std::move(*reservation));
            continue;
        }
        switch (reservation.error()) {
            case disk::DiskBuffer::Append::Full:
                if (options_.when_full == WhenFull::Block) {
                    return Offer::Full;
                }
                discarded_.add(delivery.batch->size());
                refuse(delivery, DeliveryStatus::Delivered, "drop_newest");
                return Offer::Taken;
            case disk::DiskBuffer::Append::TooLarge:
                refuse(delivery, DeliveryStatus::Rejected, "larger than the buffer's max_size");
                return Offer::Taken;
            default:
                refuse(delivery, DeliveryStatus::Errored, "the buffer is closed");
                return Offer::Taken;
        }
    }
    for (std::size_t i = 0; i < records.size(); ++i) {
        auto stored = [this, waiting = delivery.acknowledgement](Result<void> result) mutable {
            if (!result) {
                log_.error(log_target, "Events could not be stored.",
                           {telemetry::field("error", result.error().message)});
            }
            waiting.finish(result ? DeliveryStatus::Delivered : DeliveryStatus::Errored);
        };
        (void)disk_->append(std::move(reserved[i]), std::move(records[i].payload),
                            records[i].events, std::move(stored));
    }
    item = {};
    report();
    return Offer::Taken;
}

io::Task<void> DurableBuffer::take(component::SinkItem item) {
    const Clock::time_point deadline = Clock::now() + options_.block_timeout;
    for (;;) {
        space_.reset();
        if (offer(item) == Offer::Taken) {
            co_return;
        }
        if (Clock::now() >= deadline || closed_) {
            refuse(item.delivery, DeliveryStatus::Errored, "the buffer is full");
            co_return;
        }
        (void)co_await space_.wait_for(space_poll);
    }
}

void DurableBuffer::refuse(Delivery& delivery, DeliveryStatus status, std::string_view reason) {
    log_.warn(log_target, "Events refused by the disk buffer.",
              {telemetry::field("count", static_cast<std::int64_t>(delivery.batch->size())),
               telemetry::quoted("reason", reason)});
    delivery.acknowledgement.finish(status);
    delivery = {};
}

void DurableBuffer::close() {
    closed_ = true;
    readable_.set();
    space_.set();
}

void DurableBuffer::finished(disk::Record record, DeliveryStatus status) {
    if (status != DeliveryStatus::Errored) {
        disk_->finish(record.id);
        report();
        return;
    }
    if (closed_) {
        gave_up_ = true;
    } else {
        const std::scoped_lock lock(mutex_);
        returned_.push_back({Clock::now() + return_delay, std::move(record)});
    }
    readable_.set();
}

std::optional<disk::Record> DurableBuffer::next_record() {
    {
        const std::scoped_lock lock(mutex_);
        if (!returned_.empty() && returned_.front().due <= Clock::now()) {
            disk::Record record = std::move(returned_.front().record);
            returned_.pop_front();
            return record;
        }
    }
    return disk_->next();
}

std::optional<component::SinkItem> DurableBuffer::to_item(disk::Record record) {
    Result<BatchRef> batch = read_record(record.payload);
    if (!batch) {
        // The checksum was right, so this was written by something else: skipping it is all there
        // is.
        log_.error(log_target, "A stored record cannot be decoded and is skipped.",
                   {telemetry::field("error", batch.error().message)});
        disk_->finish(record.id);
        return std::nullopt;
    }
    component::SinkItem item;
    item.delivery.batch = std::move(*batch);
    item.delivery.acknowledgement = Acknowledgement(new RecordFinalizer(*this, std::move(record)));
    item.prepared = sink_.prepare(*item.delivery.batch);
    return item;
}

std::optional<component::SinkItem> DurableBuffer::try_receive() {
    while (!gave_up_) {
        std::optional<disk::Record> record = next_record();
        if (!record) {
            return std::nullopt;
        }
        if (std::optional<component::SinkItem> item = to_item(std::move(*record))) {
            return item;
        }
    }
    return std::nullopt;
}

io::Task<std::optional<component::SinkItem>> DurableBuffer::receive() {
    for (;;) {
        readable_.reset();
        const bool closed = closed_;  // before looking: what was stored before close is found
        if (std::optional<component::SinkItem> item = try_receive()) {
            co_return item;
        }
        if (closed) {
            co_return std::nullopt;
        }
        bool returned = false;
        {
            const std::scoped_lock lock(mutex_);
            returned = !returned_.empty();
        }
        if (returned) {
            (void)co_await readable_.wait_for(return_delay);
        } else {
            co_await readable_.wait();
        }
    }
}

void DurableBuffer::report() {
    const disk::Stats stats = disk_->stats();
    depth_events_.set(static_cast<std::int64_t>(stats.events));
    depth_bytes_.set(static_cast<std::int64_t>(stats.disk_bytes));
}

}  // namespace engine::buffer
