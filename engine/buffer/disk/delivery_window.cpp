#include "engine/buffer/disk/delivery_window.hpp"

#include <algorithm>

namespace engine::buffer::disk {

bool DeliveryWindow::bit(std::uint64_t number) const {
    const std::uint64_t index = number % ring_bits;
    return ((ring_[index / 64] >> (index % 64)) & 1) != 0;
}
void DeliveryWindow::set(std::uint64_t number) {
    const std::uint64_t index = number % ring_bits;
    ring_[index / 64] |= std::uint64_t{1} << (index % 64);
    marked_end_ = std::max(marked_end_, number + 1);
}
void DeliveryWindow::clear(std::uint64_t number) {
    const std::uint64_t index = number % ring_bits;
    ring_[index / 64] &= ~(std::uint64_t{1} << (index % 64));
}

void DeliveryWindow::restore(const LedgerState& state) {
    const std::uint64_t base = state.number / 64 * 64;
    for (std::uint64_t i = 0; i < state.words.size() * 64; ++i) {
        const bool marked = ((state.words[i / 64] >> (i % 64)) & 1) != 0;
        if (marked && base + i >= state.number)
            set(base + i);
    }
    marked_events_ = state.finished_events;
    read_end_ = state.number;
}

bool DeliveryWindow::full() const {
    return !records_.empty() && (bytes_ >= window_bytes || records_.size() >= window_records);
}

bool DeliveryWindow::reaches(std::uint64_t number) const {
    return records_.empty() || number - records_.front().number < window_records;
}

bool DeliveryWindow::admit(InFlight record) {
    // Numbers that were passed over are lost: their marks must not be taken for those of the
    // records that come to use the same bits.
    const std::uint64_t gap_end = std::min(record.number, read_end_ + ring_bits);
    for (std::uint64_t lost = read_end_; lost < gap_end; ++lost)
        clear(lost);
    read_end_ = record.number + 1;
    record.finished = record.number < marked_end_ && bit(record.number);
    bytes_ += record.bytes;
    records_.push_back(record);
    drop_finished();
    return !record.finished;
}

std::optional<std::uint32_t> DeliveryWindow::finish(std::uint64_t number) {
    const auto found = std::ranges::lower_bound(records_, number, {}, &InFlight::number);
    if (found == records_.end() || found->number != number || found->finished)
        return std::nullopt;
    found->finished = true;
    const std::uint32_t events = found->events;
    marked_events_ += events;
    set(number);
    drop_finished();
    return events;
}

void DeliveryWindow::drop_finished() {
    while (!records_.empty() && records_.front().finished) {
        const InFlight& record = records_.front();
        clear(record.number);
        marked_events_ -= std::min<std::uint64_t>(marked_events_, record.events);
        bytes_ -= record.bytes;
        records_.pop_front();
    }
    if (records_.empty() && read_end_ >= marked_end_)
        marked_events_ = 0;
}

void DeliveryWindow::describe(LedgerState& state) const {
    if (!records_.empty()) {
        state.position = records_.front().start;
        state.number = records_.front().number;
        state.sequence = records_.front().sequence;
    }
    state.finished_events = marked_events_;
    state.words.clear();
    if (marked_end_ <= state.number)
        return;
    const std::uint64_t base = state.number / 64;
    const std::uint64_t end = std::min(base + max_ledger_words, (marked_end_ + 63) / 64);
    for (std::uint64_t word = base; word < end; ++word) {
        state.words.push_back(ring_[word % max_ledger_words]);
    }
}

}  // namespace engine::buffer::disk
