#include "engine/buffer/durable_buffer.hpp"

#include <algorithm>
#include <array>
#include <numeric>
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
      depth_events_(telemetry::MetricsRegistry::instance().gauge(
          "buffer_size_events", buffer_tags(metrics, options.stage))),
      depth_bytes_(telemetry::MetricsRegistry::instance().gauge(
          "buffer_size_bytes", buffer_tags(metrics, options.stage))),
      discarded_(telemetry::MetricsRegistry::instance().counter(
          "buffer_discarded_events_total",
          buffer_tags(metrics, options.stage, {{"intentional", "true"}}))),
      too_large_(telemetry::MetricsRegistry::instance().counter(
          "buffer_discarded_events_total",
          buffer_tags(metrics, options.stage, {{"intentional", "false"}}))),
      log_(std::move(log)) {}

Result<std::unique_ptr<DurableBuffer>> DurableBuffer::open(
    const Options& options, const component::Sink& sink, const telemetry::ComponentMetrics& metrics,
    telemetry::Logger log) {
    std::unique_ptr<DurableBuffer> buffer(
        new DurableBuffer(options, sink, metrics, std::move(log)));
    buffer->disk_ = ENGINE_TRY(disk::DiskBuffer::open(options.disk));
    buffer->disk_->on_readable([self = buffer.get()] { self->signal(); });
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

/// The records of an item, with room set aside for all of them or for none.
class DurableBuffer::Entrance final : public Admittance {
public:
    Entrance(DurableBuffer& buffer, component::SinkItem& item, Patience patience)
        : buffer_(buffer),
          client_waits_(patience == Patience::Limited && item.delivery.acknowledgement),
          records_(static_cast<Records&>(*item.prepared).records),
          deadline_(Clock::now() + buffer.options_.block_timeout) {
        reserved_.reserve(records_.size());
    }

    Admission reserve() override {
        dropped_ = false;
        for (const EncodedRecord& record : records_) {
            auto reservation = buffer_.disk_->reserve(record.payload.size());
            if (reservation) {
                reserved_.push_back(std::move(*reservation));
                continue;
            }
            release();
            if (reservation.error() == disk::DiskBuffer::Append::Full) {
                return without_room();
            }
            return reservation.error() == disk::DiskBuffer::Append::TooLarge ? Admission::TooLarge
                                                                             : Admission::Refused;
        }
        return Admission::Admitted;
    }

    void release() override { reserved_.clear(); }

    void store(Delivery delivery) override {
        if (dropped_) {
            buffer_.drop(delivery);
            return;
        }
        for (std::size_t i = 0; i < records_.size(); ++i) {
            auto stored = [&buffer = buffer_,
                           waiting = delivery.acknowledgement](Result<void> result) mutable {
                if (!result) {
                    buffer.log_.error(log_target, "Events could not be stored.",
                                      {telemetry::field("error", result.error().message)});
                }
                waiting.finish(result ? DeliveryStatus::Delivered : DeliveryStatus::Errored);
            };
            const auto queued =
                buffer_.disk_->append(std::move(reserved_[i]), std::move(records_[i].payload),
                                      records_[i].events, std::move(stored));
            if (queued != disk::DiskBuffer::Append::Queued) {
                delivery.acknowledgement.finish(DeliveryStatus::Errored);
                break;
            }
        }
        reserved_.clear();
        buffer_.report();
    }

    /// Whether what fits can be stored without the rest: nobody waits for one answer about all.
    [[nodiscard]] bool may_split(const Delivery& delivery) const {
        return !client_waits_ && delivery.batch->size() > 1;
    }

    void note_too_large(const Delivery& delivery) override {
        buffer_.too_large_.add(delivery.batch->size());
        buffer_.log_.error(
            log_target, "Events dropped: they are larger than the disk buffer.",
            {telemetry::field("count", static_cast<std::int64_t>(delivery.batch->size())),
             telemetry::field("max_size",
                              static_cast<std::int64_t>(buffer_.options_.disk.max_size)),
             telemetry::field("intentional", "false")});
    }

    io::Task<bool> wait_for_room() override {
        if (buffer_.closed_ || (client_waits_ && Clock::now() >= deadline_)) {
            co_return false;
        }
        (void)co_await buffer_.space_.wait_for(space_poll);
        buffer_.space_.reset();
        co_return true;
    }

private:
    Admission without_room() {
        std::uint64_t total = 0;
        for (const EncodedRecord& record : records_) {
            total += disk::record_size(record.payload.size());
        }
        if (total + disk::page_size > buffer_.options_.disk.max_size) {
            return Admission::TooLarge;
        }
        switch (buffer_.options_.when_full) {
            case WhenFull::DropNewest:
                dropped_ = true;
                return Admission::Admitted;
            case WhenFull::DropOldest:
                buffer_.drop_oldest();
                return Admission::Full;
            case WhenFull::Reject:
                return client_waits_ ? Admission::Refused : Admission::Full;
            case WhenFull::Block:
            case WhenFull::Overflow:
                break;
        }
        return Admission::Full;
    }

    DurableBuffer& buffer_;
    bool client_waits_;
    bool dropped_ = false;
    std::vector<EncodedRecord>& records_;  // the item's
    std::vector<disk::DiskBuffer::Reservation> reserved_;
    Clock::time_point deadline_;
};

std::unique_ptr<Admittance> DurableBuffer::admit(component::SinkItem& item, Patience patience) {
    return std::make_unique<Entrance>(*this, item, patience);
}

Offer DurableBuffer::offer(component::SinkItem& item, Patience patience) {
    Entrance entrance(*this, item, patience);
    switch (entrance.reserve()) {
        case Admission::Admitted:
            entrance.store(std::move(item.delivery));
            break;
        case Admission::Full:
            return Offer::Full;
        case Admission::TooLarge:
            if (entrance.may_split(item.delivery)) {
                return Offer::Full;  // `take` sees to it
            }
            entrance.note_too_large(item.delivery);
            item.delivery.acknowledgement.finish(DeliveryStatus::TooLarge);
            break;
        case Admission::Refused:
            refuse(item.delivery);
    }
    item = {};
    return Offer::Taken;
}

io::Task<void> DurableBuffer::take(component::SinkItem item, Patience patience) {
    Entrance entrance(*this, item, patience);
    for (;;) {
        const Admission admission = entrance.reserve();
        if (admission == Admission::Admitted) {
            entrance.store(std::move(item.delivery));
            co_return;
        }
        bool goes_on = admission == Admission::Full;
        if (goes_on) {
            goes_on = co_await entrance.wait_for_room();
        }
        if (!goes_on) {
            if (admission == Admission::TooLarge && entrance.may_split(item.delivery)) {
                co_await take_halves(std::move(item.delivery), patience);
            } else if (admission == Admission::TooLarge) {
                entrance.note_too_large(item.delivery);
                item.delivery.acknowledgement.finish(DeliveryStatus::TooLarge);
            } else {
                refuse(item.delivery);
            }
            co_return;
        }
    }
}

io::Task<void> DurableBuffer::take_halves(Delivery delivery, Patience patience) {
    const auto size = static_cast<std::uint32_t>(delivery.batch->size());
    const std::array<std::uint32_t, 3> bounds{0, size / 2, size};
    for (std::size_t half = 0; half < 2; ++half) {
        std::vector<std::uint32_t> positions(bounds[half + 1] - bounds[half]);
        std::iota(positions.begin(), positions.end(), bounds[half]);
        Delivery part{Batch::select(delivery.batch, positions), delivery.acknowledgement};
        component::SinkItem item = prepare(std::move(part));
        co_await take(std::move(item), patience);
    }
}

void DurableBuffer::drop(const Delivery& delivery) {
    discarded_.add(delivery.batch->size());
    log_.warn(
        log_target, "Events dropped by a full buffer.",
        {telemetry::field("count", static_cast<std::int64_t>(delivery.batch->size())),
         telemetry::field("intentional", "true"), telemetry::quoted("reason", "drop_newest")});
}

void DurableBuffer::drop_oldest() {
    if (disk_->dropping()) {
        return;  // one segment at a time: its room may be enough
    }
    const std::optional<std::uint64_t> events = disk_->drop_oldest_segment();
    if (!events) {
        return;  // all is in flight or being written: waiting is all there is
    }
    discarded_.add(*events);
    log_.warn(
        log_target, "Events dropped by a full buffer.",
        {telemetry::field("count", static_cast<std::int64_t>(*events)),
         telemetry::field("intentional", "true"), telemetry::quoted("reason", "drop_oldest")});
    report();
}

void DurableBuffer::signal() {
    readable_.set();
    if (notify_) {
        notify_();
    }
}

void DurableBuffer::refuse(Delivery& delivery) {
    log_.warn(log_target, "Events refused by the disk buffer.",
              {telemetry::field("count", static_cast<std::int64_t>(delivery.batch->size())),
               telemetry::quoted("reason", "the buffer is full")});
    delivery.acknowledgement.finish(DeliveryStatus::Errored);
    delivery = {};
}

void DurableBuffer::close() {
    closed_ = true;
    signal();
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
    signal();
}

std::optional<DurableBuffer::Next> DurableBuffer::next_record() {
    {
        const std::scoped_lock lock(mutex_);
        if (!returned_.empty() && returned_.front().due <= Clock::now()) {
            Next next{std::move(returned_.front().record), true};
            returned_.pop_front();
            return next;
        }
    }
    std::optional<disk::Record> record = disk_->next();
    if (!record) {
        return std::nullopt;
    }
    return Next{std::move(*record), false};
}

std::optional<component::SinkItem> DurableBuffer::to_item(Next next) {
    disk::Record& record = next.record;
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
    item.repeated = next.repeated;
    item.delivery.batch = std::move(*batch);
    item.delivery.acknowledgement = Acknowledgement(new RecordFinalizer(*this, std::move(record)));
    item.prepared = sink_.prepare(*item.delivery.batch);
    return item;
}

std::optional<component::SinkItem> DurableBuffer::try_receive() {
    while (!gave_up_) {
        std::optional<Next> next = next_record();
        if (!next) {
            return std::nullopt;
        }
        if (std::optional<component::SinkItem> item = to_item(std::move(*next))) {
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
