#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <vector>

#include "engine/buffer/sink_buffer.hpp"
#include "engine/buffer/when_full.hpp"
#include "engine/io/event.hpp"

namespace engine::buffer {

/// Several buffers as one: what a stage with `when_full = "overflow"` has no room for goes to the
/// next. The sink gets what is in the first stage before what is in the second, and so on. Owned by
/// the running sink, as any buffer.
class OverflowBuffer final : public SinkBuffer {
public:
    struct Stage {
        std::unique_ptr<SinkBuffer> buffer;
        WhenFull when_full = WhenFull::Block;
    };
    explicit OverflowBuffer(std::vector<Stage> stages);

    /// For the first stage; what overflows is prepared again for the stage that it comes to.
    [[nodiscard]] component::SinkItem prepare(Delivery delivery) const override;
    Offer offer(component::SinkItem& item, Patience patience) override;
    io::Task<void> take(component::SinkItem item, Patience patience) override;
    void close() override;
    io::Task<std::optional<component::SinkItem>> receive() override;
    std::optional<component::SinkItem> try_receive() override;
    void on_readable(std::function<void()> notify) override { notify_ = std::move(notify); }
    void shut_down() override;

private:
    /// The last stage that anything overflows into.
    [[nodiscard]] SinkBuffer& last_reached() const;

    std::vector<Stage> stages_;
    io::Event readable_;
    std::function<void()> notify_;
    std::atomic<bool> closed_{false};
};

}  // namespace engine::buffer
