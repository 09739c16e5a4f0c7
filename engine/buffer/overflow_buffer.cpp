#include "engine/buffer/overflow_buffer.hpp"

#include <algorithm>

namespace engine::buffer {

namespace {

/// A record that the sink gave back is due after a while, which nothing signals.
constexpr std::chrono::seconds look_again{1};

}  // namespace

OverflowBuffer::OverflowBuffer(std::vector<Stage> stages) : stages_(std::move(stages)) {
    for (const Stage& stage : stages_) {
        stage.buffer->on_readable([this] {
            readable_.set();
            if (notify_) {
                notify_();
            }
        });
    }
}

SinkBuffer& OverflowBuffer::last_reached() const {
    const auto last = std::ranges::find_if(
        stages_, [](const Stage& stage) { return stage.when_full != WhenFull::Overflow; });
    return last == stages_.end() ? *stages_.back().buffer : *last->buffer;
}

Offer OverflowBuffer::offer(Delivery& delivery, Patience patience) {
    for (const Stage& stage : stages_) {
        if (stage.buffer->offer(delivery, patience) == Offer::Taken) {
            return Offer::Taken;
        }
        if (stage.when_full != WhenFull::Overflow) {
            break;
        }
    }
    return Offer::Full;
}

io::Task<void> OverflowBuffer::take(Delivery delivery, Patience patience) {
    return last_reached().take(std::move(delivery), patience);
}

void OverflowBuffer::close() {
    for (const Stage& stage : stages_) {
        stage.buffer->close();
    }
    closed_ = true;
    readable_.set();
}

void OverflowBuffer::shut_down() {
    for (const Stage& stage : stages_) {
        stage.buffer->shut_down();
    }
}

std::optional<component::SinkItem> OverflowBuffer::try_receive() {
    for (const Stage& stage : stages_) {
        if (std::optional<component::SinkItem> item = stage.buffer->try_receive()) {
            return item;
        }
    }
    return std::nullopt;
}

io::Task<std::optional<component::SinkItem>> OverflowBuffer::receive() {
    for (;;) {
        readable_.reset();
        const bool closed = closed_;  // before looking: what came before close is found
        if (std::optional<component::SinkItem> item = try_receive()) {
            co_return item;
        }
        if (closed) {
            co_return std::nullopt;
        }
        (void)co_await readable_.wait_for(look_again);
    }
}

}  // namespace engine::buffer
