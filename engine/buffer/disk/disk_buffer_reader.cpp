// The reading side of DiskBuffer. Everything here runs under reader_mutex_.
#include <algorithm>

#include "engine/buffer/disk/disk_buffer.hpp"

namespace engine::buffer::disk {
namespace {

using namespace std::chrono_literals;

/// A device that does not read is asked again: only what stays unreadable is given up as damaged.
constexpr unsigned read_attempts = 5;
constexpr auto read_retry = 200ms;

}  // namespace

std::optional<Record> DiskBuffer::next() {
    const std::lock_guard reader(reader_mutex_);
    for (;;) {
        {
            const std::lock_guard guard(mutex_);
            if (nothing_to_read()) {
                reader_waits_ = true;
                return std::nullopt;
            }
            if (!recent_.empty()) {
                if (std::optional<Record> record = take_recent())
                    return record;
                continue;
            }
        }
        if (!peeked_ && read_disk() == Step::Stop)
            return std::nullopt;
        if (!peeked_)
            continue;
        const std::lock_guard guard(mutex_);
        if (nothing_to_read()) {
            reader_waits_ = true;
            return std::nullopt;
        }
        if (std::optional<Record> record = take_peeked())
            return record;
    }
}

/// Under mutex_.
bool DiskBuffer::nothing_to_read() {
    const bool out_of_reach =
        (!recent_.empty() && !window_.reaches(recent_.front().record.number)) ||
        (peeked_ && !window_.reaches(peeked_->header.number));
    stats_.window_full = window_.full() || out_of_reach;
    if (stats_.window_full)
        return true;
    if (!recent_.empty())
        return false;
    if (cursor_ == readable_end_) {
        if (skipped_)
            account_gap(readable_number_, readable_sequence_);
        recent_reaches_end_ = true;
        note_empty();
        return true;
    }
    return read_again_at_ && Clock::now() < *read_again_at_;
}

/// Under mutex_.
std::optional<Record> DiskBuffer::take_recent() {
    Recent recent = std::move(recent_.front());
    recent_.pop_front();
    recent_bytes_ -= recent.payload.capacity();
    account_dropped(recent.record.sequence);
    cursor_ = recent.end;
    read_number_ = recent.record.number + 1;
    read_sequence_ = recent.record.sequence + recent.record.events;
    if (!window_.admit(recent.record))
        return std::nullopt;
    return Record{{recent.record.number, recent.record.sequence, recent.record.events},
                  std::move(recent.payload)};
}

/// Under mutex_. None when a former run finished the record.
std::optional<Record> DiskBuffer::take_peeked() {
    const StoredRecord stored = *std::exchange(peeked_, std::nullopt);
    const RecordHeader& header = stored.header;
    const std::uint64_t bytes = record_size(header.length);
    if (skipped_)
        account_gap(header.number, header.sequence);
    else
        account_dropped(header.sequence);
    cursor_ = {header.segment, stored.offset + bytes};
    read_number_ = header.number + 1;
    read_sequence_ = header.sequence + header.events;
    const bool fresh = window_.admit({.number = header.number,
                                      .sequence = header.sequence,
                                      .events = header.events,
                                      .bytes = bytes,
                                      .start = {header.segment, stored.offset}});
    if (fresh)
        return Record{{header.number, header.sequence, header.events}, stored.payload};
    ledger_dirty_ = true;
    wake_.notify_one();
    return std::nullopt;
}

Result<void> DiskBuffer::position_reader(const Position& cursor) {
    if (!reader_ || reader_->id() != cursor.segment) {
        reader_ = ENGINE_TRY(store_.read(cursor.segment));
    }
    reader_->seek(cursor.offset);
    return {};
}

DiskBuffer::Step DiskBuffer::read_disk() {
    Position cursor;
    Position limit;
    {
        const std::lock_guard guard(mutex_);
        cursor = cursor_;
        limit = readable_end_;
    }
    const std::optional<SegmentInfo> info = store_.find(cursor.segment);
    if (!info) {
        advance_segment(cursor, limit);
        return Step::Again;
    }
    const bool give_up = read_failures_ >= read_attempts;
    if (const Result<void> positioned = position_reader(cursor); !positioned) {
        if (!give_up)
            return note_read_failure(positioned.error());
        skipped_ = true;
        advance_segment(cursor, limit);
        return Step::Again;
    }
    const std::uint64_t end =
        cursor.segment == limit.segment ? limit.offset : info->end.value_or(info->size);
    Result<std::optional<StoredRecord>> record =
        reader_->next(end, give_up ? Unreadable::Skip : Unreadable::Fail);
    const Damage damage = reader_->take_damage();
    if (damage.records > 0 || damage.skipped_bytes > 0)
        skipped_ = true;
    if (!record)
        return note_read_failure(record.error());
    read_failures_ = 0;
    if (*record) {
        peeked_ = std::move(*record);
    } else {
        // Short of a known end: what lies between is damaged. An unknown end may just be one.
        if (!reader_->ended() && cursor.offset < end)
            skipped_ = true;
        advance_segment(cursor, limit);
    }
    return Step::Again;
}

void DiskBuffer::advance_segment(const Position& cursor, const Position& limit) {
    reader_.reset();
    read_failures_ = 0;
    const std::optional<SegmentId> next = store_.next_after(cursor.segment);
    {
        const std::lock_guard guard(mutex_);
        read_again_at_.reset();
        const bool at_end = cursor.segment == limit.segment || !next || *next > limit.segment;
        cursor_ = at_end ? limit : Position{*next, segment_header_size};
        ledger_dirty_ = true;
    }
    wake_.notify_one();
}

/// Under mutex_. What is missing between the last record read and this one was lost, but for what
/// was dropped.
void DiskBuffer::account_gap(std::uint64_t number, std::uint64_t sequence) {
    skipped_ = false;
    // Number 0 is given to no record: where the reader began is not known.
    if (read_number_ != 0) {
        const std::uint64_t gap = sequence > read_sequence_ ? sequence - read_sequence_ : 0;
        const std::uint64_t dropped = take_dropped(gap);
        const std::uint64_t lost = gap - dropped;
        stats_.lost_events += lost;
        stats_.events -= std::min(stats_.events, lost);
        if (number > read_number_ && (lost > 0 || dropped == 0))
            stats_.damaged_records += number - read_number_;
    }
    read_number_ = std::max(read_number_, number);
    read_sequence_ = std::max(read_sequence_, sequence);
}

DiskBuffer::Step DiskBuffer::note_read_failure(const Error& error) {
    ++read_failures_;
    reader_.reset();
    note_error(error, &Stats::read_errors);
    {
        const std::lock_guard guard(mutex_);
        read_again_at_ = Clock::now() + read_retry;
        reader_waits_ = true;
    }
    wake_.notify_one();
    return Step::Stop;
}

/// Under both mutexes. A segment that the writer has left, from the reader's on, if nothing of it
/// is in flight.
std::optional<SegmentId> DiskBuffer::oldest_droppable() const {
    std::optional<SegmentId> segment = cursor_.segment;
    const bool in_flight = !window_.empty() && window_.back().start.segment == cursor_.segment;
    if (in_flight || !store_.find(*segment))
        segment = store_.next_after(*segment);
    if (!segment || *segment >= readable_end_.segment)
        return std::nullopt;
    return segment;
}

/// Under both mutexes. Events from the reader's place, or the segment's start, to the next segment.
std::uint64_t DiskBuffer::events_to_drop(SegmentId segment) const {
    const auto first_of = [this](std::optional<SegmentId> id) -> std::optional<std::uint64_t> {
        const std::optional<SegmentInfo> info = id ? store_.find(*id) : std::nullopt;
        if (!info || info->first_sequence)
            return info ? info->first_sequence : std::nullopt;
        // Its header is damaged: its first good record tells.
        const Result<std::unique_ptr<SegmentReader>> reader = store_.read(*id);
        if (!reader)
            return std::nullopt;
        const auto first = (*reader)->next(info->end.value_or(info->size), Unreadable::Skip);
        return first && *first ? std::optional((*first)->header.sequence) : std::nullopt;
    };
    // What was dropped before lies between the last record read and this segment.
    const bool from_cursor = segment == cursor_.segment && read_number_ != 0;
    const auto begin =
        from_cursor ? std::optional(read_sequence_ + dropped_ahead_) : first_of(segment);
    // An empty segment that a power cut left and that cannot be removed tells nothing.
    std::optional<SegmentId> next = store_.next_after(segment);
    std::optional<std::uint64_t> end = first_of(next);
    while (!end && next && *next < readable_end_.segment) {
        next = store_.next_after(*next);
        end = first_of(next);
    }
    return begin && end && *end > *begin ? *end - *begin : 0;
}

std::optional<std::uint64_t> DiskBuffer::drop_oldest_segment() {
    const std::lock_guard reader(reader_mutex_);
    std::uint64_t events = 0;
    {
        const std::lock_guard guard(mutex_);
        const std::optional<SegmentId> segment = oldest_droppable();
        if (!segment)
            return std::nullopt;
        events = events_to_drop(*segment);
        stats_.events -= std::min(stats_.events, events);
        dropped_ahead_ += events;
        std::erase_if(recent_, [this, segment](const Recent& recent) {
            if (recent.end.segment != *segment)
                return false;
            recent_bytes_ -= recent.payload.capacity();
            return true;
        });
        if (cursor_.segment == *segment) {
            peeked_.reset();
            reader_.reset();
            const std::optional<SegmentId> next = store_.next_after(*segment);
            cursor_ = {next.value_or(readable_end_.segment), segment_header_size};
        }
        if (recent_.empty())
            recent_reaches_end_ = cursor_ == readable_end_;
        store_.drop(*segment);
        ledger_dirty_ = true;
        replan_ = true;
    }
    wake_.notify_one();
    return events;
}

/// Under mutex_. Events between the last record read and this one that are missing because their
/// segments were dropped, by this run (counted then) or a former one.
void DiskBuffer::account_dropped(std::uint64_t sequence) {
    if (read_number_ == 0) {
        // Nothing was read before it, so all that was dropped lies behind it.
        dropped_ahead_ = 0;
        return;
    }
    if (sequence <= read_sequence_)
        return;
    const std::uint64_t gap = sequence - read_sequence_;
    const std::uint64_t counted = take_dropped(gap);
    stats_.events -= std::min(stats_.events, gap - counted);
}

/// Under mutex_. The part of a gap in front of the reader that was counted when it was dropped.
std::uint64_t DiskBuffer::take_dropped(std::uint64_t gap) {
    const std::uint64_t counted = std::min(gap, dropped_ahead_);
    dropped_ahead_ -= counted;
    return counted;
}

}  // namespace engine::buffer::disk
