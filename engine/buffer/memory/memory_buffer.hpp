#pragma once

#include "engine/buffer/sink_buffer.hpp"
#include "engine/buffer/when_full.hpp"
#include "engine/io/channel.hpp"
#include "engine/telemetry/log.hpp"
#include "engine/telemetry/metrics.hpp"

namespace engine::buffer {

/// A queue in memory, bounded in events (`max_events`) or estimated bytes (`max_size`).
class MemoryBuffer final : public SinkBuffer {
public:
    struct Options {
        std::size_t max_events = 500;
        std::size_t max_bytes = 0;  // 0: bounded in events
        WhenFull when_full = WhenFull::Block;
        /// A client that waits longer for room is told to come again.
        std::chrono::milliseconds block_timeout{30'000};
        std::size_t stage = 0;
        /// Who waits is told when events are delivered, not when they are queued.
        bool hold_acknowledgements = false;
    };
    /// `sink` prepares the batches; both references outlive the buffer.
    MemoryBuffer(const Options& options, const component::Sink& sink,
                 const telemetry::ComponentMetrics& metrics, telemetry::Logger log);

    [[nodiscard]] component::SinkItem prepare(Delivery delivery) const override;
    Offer offer(component::SinkItem& item, Patience patience) override;
    io::Task<void> take(component::SinkItem item, Patience patience) override;
    void close() override {
        channel_.close();
        signal();
    }
    void on_readable(std::function<void()> notify) override { notify_ = std::move(notify); }
    io::Task<std::optional<component::SinkItem>> receive() override;
    std::optional<component::SinkItem> try_receive() override;

private:
    [[nodiscard]] std::size_t weight(const Batch& batch) const;
    void drop(Delivery& delivery, std::string_view reason);
    [[nodiscard]] bool drop_oldest();
    void signal() const {
        if (notify_)
            notify_();
    }
    void count_out(const component::SinkItem& item);

    Options options_;
    const component::Sink& sink_;
    io::Channel<component::SinkItem> channel_;
    std::function<void()> notify_;
    telemetry::Gauge& depth_events_;
    telemetry::Counter& discarded_;
    telemetry::Logger log_;
};

}  // namespace engine::buffer
