#pragma once

#include <atomic>
#include <chrono>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>

#include "engine/buffer/disk/disk_buffer.hpp"
#include "engine/buffer/sink_buffer.hpp"
#include "engine/buffer/when_full.hpp"
#include "engine/io/event.hpp"
#include "engine/telemetry/log.hpp"
#include "engine/telemetry/metrics.hpp"

namespace engine::buffer {

/// The disk buffer in front of a sink: batches become records, acknowledgements are let go of when
/// the records are synced, and a record is finished when the sink has delivered all of its events.
/// What the sink could not deliver when the process stops stays for the next start.
class DurableBuffer final : public SinkBuffer {
public:
    struct Options {
        disk::Options disk;
        WhenFull when_full = WhenFull::Block;
        /// A delivery that waits longer for room is refused: its acknowledgement is Errored.
        std::chrono::milliseconds block_timeout{30'000};
        std::size_t stage = 0;
    };
    /// `sink` outlives the buffer. The error names the folder and what to do.
    [[nodiscard]] static Result<std::unique_ptr<DurableBuffer>> open(
        const Options& options, const component::Sink& sink,
        const telemetry::ComponentMetrics& metrics, telemetry::Logger log);

    [[nodiscard]] component::SinkItem prepare(Delivery delivery) const override;
    [[nodiscard]] std::unique_ptr<Admittance> admit(component::SinkItem& item,
                                                    Patience patience) override;
    Offer offer(component::SinkItem& item, Patience patience) override;
    io::Task<void> take(component::SinkItem item, Patience patience) override;
    void close() override;
    io::Task<std::optional<component::SinkItem>> receive() override;
    std::optional<component::SinkItem> try_receive() override;
    void on_readable(std::function<void()> notify) override { notify_ = std::move(notify); }
    void shut_down() override { disk_->close(); }

private:
    class RecordFinalizer;
    class Entrance;
    /// A record that the sink gave back undelivered while running: offered again when due.
    struct Returned {
        std::chrono::steady_clock::time_point due;
        disk::Record record;
    };
    /// A record for the sink, and whether it had it before.
    struct Next {
        disk::Record record;
        bool repeated = false;
    };

    DurableBuffer(const Options& options, const component::Sink& sink,
                  const telemetry::ComponentMetrics& metrics, telemetry::Logger log);
    void finished(disk::Record record, DeliveryStatus status);
    std::optional<Next> next_record();
    std::optional<component::SinkItem> to_item(Next next);
    /// What is too large as a whole.
    io::Task<void> take_halves(Delivery delivery, Patience patience);
    void refuse(Delivery& delivery);
    void drop(const Delivery& delivery);
    void drop_oldest();
    /// Wakes whoever waits in `receive`.
    void signal();
    void report();

    Options options_;
    const component::Sink& sink_;
    std::unique_ptr<disk::DiskBuffer> disk_;
    io::Event readable_;
    std::function<void()> notify_;
    io::Event space_;
    std::atomic<bool> closed_{false};
    std::atomic<bool> gave_up_{false};  // a record was given back after close: the rest stays
    std::mutex mutex_;
    std::deque<Returned> returned_;
    telemetry::Gauge& depth_events_;
    telemetry::Gauge& depth_bytes_;
    telemetry::Counter& discarded_;
    telemetry::Counter& too_large_;
    telemetry::Logger log_;
};

}  // namespace engine::buffer
