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

component::SinkItem OverflowBuffer::prepare(Delivery delivery) const {
    return stages_.front().buffer->prepare(std::move(delivery));
}

Offer OverflowBuffer::offer(component::SinkItem& item, Patience patience) {
    const Stage& first = stages_.front();
    if (first.buffer->offer(item, patience) == Offer::Taken) {
        return Offer::Taken;
    }
    bool overflows = first.when_full == WhenFull::Overflow;
    for (std::size_t i = 1; overflows && i < stages_.size(); ++i) {
        component::SinkItem next = stages_[i].buffer->prepare(std::move(item.delivery));
        if (stages_[i].buffer->offer(next, patience) == Offer::Taken) {
            item = {};
            return Offer::Taken;
        }
        item.delivery = std::move(next.delivery);
        overflows = stages_[i].when_full == WhenFull::Overflow;
    }
    return Offer::Full;
}

io::Task<void> OverflowBuffer::take(component::SinkItem item, Patience patience) {
    SinkBuffer& last = last_reached();
    if (&last != stages_.front().buffer.get()) {
        item = last.prepare(std::move(item.delivery));
    }
    return last.take(std::move(item), patience);
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
