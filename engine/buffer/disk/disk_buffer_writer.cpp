// The writer thread of DiskBuffer: commits, ledger, retiring segments, notifications.
#include <fmt/format.h>

#include <algorithm>

#include "engine/buffer/disk/disk_buffer.hpp"

namespace engine::buffer::disk {
namespace {

using namespace std::chrono_literals;

/// Written at once without syncing, so that the staging buffer stays small.
constexpr std::uint64_t flush_bytes = std::uint64_t{4} << 20;
/// What was just written is kept for the reader up to this many bytes.
constexpr std::uint64_t recent_limit = std::uint64_t{16} << 20;
/// A busy writer syncs the ledger with a commit this often, an idle one after the longer time. A
/// sync with every commit would halve their rate, and a power cut costs repeats only.
constexpr auto ledger_interval_busy = 50ms;
constexpr auto ledger_interval_idle = 1s;
constexpr auto ledger_retry = 1s;

}  // namespace

void DiskBuffer::run() {
    for (;;) {
        std::unique_lock lock(mutex_);
        wait_for_work(lock);
        const bool closing = closing_;
        // Cleared before the work, so that a refusal during it leads to another pass.
        replan_ = false;
        std::vector<Queued> batch = std::exchange(queue_, {});
        lock.unlock();
        if (!batch.empty())
            commit(batch);
        sync_at_interval(closing);
        maintain(!batch.empty(), closing);
        // Nothing is queued once closing_ is set, so what was taken after that was all.
        if (closing)
            return;
    }
}

/// Under mutex_, on the writer thread or while that sleeps.
bool DiskBuffer::has_work() const {
    return !queue_.empty() || closing_ || replan_ || (ledger_dirty_ && !ledger_again_at_) ||
           has_finished_tail();
}

void DiskBuffer::wait_for_work(std::unique_lock<std::mutex>& lock) {
    for (;;) {
        const Clock::time_point deadline = next_deadline();
        if (has_work() || Clock::now() >= deadline) {
            idle_ = false;
            return;
        }
        idle_ = true;
        idled_.notify_all();
        if (deadline == Clock::time_point::max()) {
            wake_.wait(lock);
        } else {
            wake_.wait_until(lock, deadline);
        }
    }
}

void DiskBuffer::wait_until_idle() {
    std::unique_lock lock(mutex_);
    wake_.notify_one();
    idled_.wait(lock, [this] { return closing_ || (idle_ && !has_work()); });
}

DiskBuffer::Clock::time_point DiskBuffer::next_deadline() const {
    Clock::time_point deadline = Clock::time_point::max();
    if (ledger_again_at_) {
        deadline = *ledger_again_at_;
    } else if (ledger_.unsynced()) {
        deadline = ledger_synced_at_ + ledger_interval_idle;
    }
    if (interval_due_)
        deadline = std::min(deadline, *interval_due_);
    if (read_again_at_ && reader_waits_)
        deadline = std::min(deadline, *read_again_at_);
    return deadline;
}

void DiskBuffer::commit(std::vector<Queued>& batch) {
    std::vector<Written> written;
    written.reserve(batch.size());
    for (std::size_t i = 0; i < batch.size(); ++i) {
        const Result<void> room = make_room(batch[i].size(), written);
        if (!room) {
            note_error(room.error(), &Stats::write_errors);
            for (; i < batch.size(); ++i)
                batch[i].stored(room);
            return;
        }
        stage(batch[i], written);
        if (active_->staged_bytes() < flush_bytes)
            continue;
        const Result<void> flushed = active_->flush();
        if (flushed)
            continue;
        give_up_segment(flushed.error());
        refuse(written, flushed.error());
    }
    confirm(written);
}

Result<void> DiskBuffer::make_room(std::uint64_t record_bytes, std::vector<Written>& written) {
    if (active_ && active_->fits(record_bytes))
        return {};
    if (active_)
        close_segment(written);
    return open_segment(record_bytes);
}

Result<void> DiskBuffer::open_segment(std::uint64_t record_bytes) {
    const std::uint64_t live = store_.live_bytes();
    const std::uint64_t free = live < options_.max_size ? options_.max_size - live : 0;
    const auto capacity = new_capacity(store_.segment_size(), free, record_bytes);
    if (!capacity) {
        return failure(fmt::format("the disk buffer {} is full", options_.folder.string()));
    }
    active_ = ENGINE_TRY(store_.create(*capacity, next_number_, next_sequence_));
    return {};
}

void DiskBuffer::stage(Queued& queued, std::vector<Written>& written) {
    const std::string_view payload = queued.disk_payload.view();
    const RecordHeader header{.flags = queued.flags,
                              .number = next_number_++,
                              .sequence = next_sequence_,
                              .events = queued.events,
                              .length = static_cast<std::uint32_t>(payload.size()),
                              .raw_length = static_cast<std::uint32_t>(queued.payload.size()),
                              .payload_checksum = queued.payload_checksum};
    next_sequence_ += queued.events;
    const std::uint64_t offset = active_->stage(header, payload);
    written.push_back({.queued = &queued,
                       .record = {.number = header.number,
                                  .sequence = header.sequence,
                                  .events = header.events,
                                  .bytes = queued.size(),
                                  .start = {active_->id(), offset}},
                       .end = {active_->id(), active_->end()}});
}

void DiskBuffer::close_segment(std::vector<Written>& written) {
    // With a sync interval the records are confirmed by the write, whatever becomes of the sync.
    if (options_.sync_interval > 0ms)
        confirm(written);
    if (!active_)
        return;
    const Result<void> sealed = active_->seal();
    if (!sealed) {
        give_up_segment(sealed.error());
        refuse(written, sealed.error());
        return;
    }
    store_.seal(active_->id(), active_->end(), active_->file_size());
    active_.reset();
    interval_due_.reset();
    publish(written);
}

void DiskBuffer::confirm(std::vector<Written>& written) {
    if (written.empty())
        return;
    const bool grouped = options_.sync_interval == 0ms;
    const Result<void> done = grouped ? active_->sync() : active_->flush();
    if (!done) {
        give_up_segment(done.error());
        refuse(written, done.error());
        return;
    }
    if (!grouped && !interval_due_)
        interval_due_ = Clock::now() + options_.sync_interval;
    publish(written);
}

void DiskBuffer::publish(std::vector<Written>& written) {
    if (written.empty())
        return;
    {
        const std::lock_guard guard(mutex_);
        ++stats_.syncs;
        for (const Written& item : written) {
            const std::uint64_t bytes = item.queued->payload.capacity();
            if (recent_reaches_end_ && recent_bytes_ + bytes <= recent_limit) {
                recent_.push_back({item.record, item.end, item.queued->payload});
                recent_bytes_ += bytes;
            } else {
                recent_reaches_end_ = false;
            }
            stats_.events += item.record.events;
        }
        const Written& last = written.back();
        readable_end_ = last.end;
        readable_number_ = last.record.number + 1;
        readable_sequence_ = last.record.sequence + last.record.events;
    }
    for (const Written& item : written)
        item.queued->stored({});
    written.clear();
}

void DiskBuffer::refuse(std::vector<Written>& written, const Error& error) {
    // Their numbers may be on disk, and are not used again; no event was lost, so the sequence is.
    if (!written.empty())
        next_sequence_ = written.front().record.sequence;
    for (const Written& item : written)
        item.queued->stored(std::unexpected(error));
    written.clear();
}

void DiskBuffer::give_up_segment(const Error& error) {
    note_error(error, &Stats::write_errors);
    const SegmentId id = active_->id();
    std::uint64_t confirmed_end = 0;
    {
        const std::lock_guard guard(mutex_);
        if (readable_end_.segment == id)
            confirmed_end = readable_end_.offset;
    }
    // Never synced again: what the kernel dropped would pass for stored.
    const Result<void> cut = active_->cut(confirmed_end);
    const std::uint64_t size = cut ? confirmed_end : active_->capacity();
    active_.reset();
    interval_due_.reset();
    if (confirmed_end == 0) {
        store_.discard(id);
    } else {
        store_.seal(id, confirmed_end, size);
    }
}

void DiskBuffer::sync_at_interval(bool closing) {
    if (!interval_due_ || (!closing && Clock::now() < *interval_due_))
        return;
    interval_due_.reset();
    if (!active_ || !active_->unsynced())
        return;
    const Result<void> synced = active_->sync();
    if (!synced)
        give_up_segment(synced.error());
}

void DiskBuffer::maintain(bool committed, bool closing) {
    free_finished_tail();
    if (closing) {
        // Where the log ends: should its end be damaged, the next start can tell what was lost.
        const std::lock_guard guard(mutex_);
        ledger_dirty_ = true;
    }
    if (write_ledger())
        sync_ledger(committed, closing);
    store_.remove_dropped();
    if (store_.oldest() < synced_segment_)
        store_.retire_before(synced_segment_);
    plan_again();
    notify();
}

/// Under mutex_, on the writer thread: everything is finished, and a segment stands in the way.
bool DiskBuffer::has_finished_tail() const {
    const bool all_finished = window_.empty() && recent_.empty() && cursor_ == readable_end_;
    if (!all_finished || !queue_.empty() || (active_ && !space_wanted_))
        return false;
    return cursor_.segment < store_.next_id();
}

void DiskBuffer::free_finished_tail() {
    const std::lock_guard guard(mutex_);
    if (!has_finished_tail())
        return;
    const SegmentId next = store_.next_id();
    // No record is left anywhere: P moves to a segment yet to come, and the files may go.
    if (active_) {
        store_.seal(active_->id(), active_->end(), active_->file_size());
        active_.reset();
        interval_due_.reset();
    }
    cursor_ = readable_end_ = {next, segment_header_size};
    recent_reaches_end_ = true;
    ledger_dirty_ = true;
}

LedgerState DiskBuffer::ledger_state() const {
    LedgerState state{.position = cursor_,
                      .number = read_number_,
                      .sequence = read_sequence_,
                      .next_number = readable_number_,
                      .next_sequence = readable_sequence_,
                      .finished_events = 0,
                      .words = {}};
    window_.describe(state);
    return state;
}

bool DiskBuffer::write_ledger() {
    if (ledger_again_at_ && Clock::now() < *ledger_again_at_)
        return false;
    LedgerState state;
    {
        const std::lock_guard guard(mutex_);
        if (!ledger_dirty_)
            return true;
        ledger_dirty_ = false;
        state = ledger_state();
    }
    ledger_again_at_.reset();
    const Result<void> written = ledger_.write(state);
    if (!written) {
        ledger_failed(written.error());
        return false;
    }
    written_segment_ = state.position.segment;
    if (!ledger_.unsynced())
        synced_segment_ = written_segment_;
    return true;
}

void DiskBuffer::sync_ledger(bool committed, bool closing) {
    if (!ledger_.unsynced())
        return;
    const auto age = Clock::now() - ledger_synced_at_;
    const bool frees_space = store_.oldest() < written_segment_;
    if (!closing && !frees_space &&
        age < (committed ? Clock::duration(ledger_interval_busy)
                         : Clock::duration(ledger_interval_idle))) {
        return;
    }
    const Result<void> synced = ledger_.sync();
    if (!synced) {
        ledger_failed(synced.error());
        return;
    }
    ledger_synced_at_ = Clock::now();
    synced_segment_ = written_segment_;
}

void DiskBuffer::ledger_failed(const Error& error) {
    note_error(error, &Stats::ledger_errors);
    ledger_again_at_ = Clock::now() + ledger_retry;
    const std::lock_guard guard(mutex_);
    ledger_dirty_ = true;
}

void DiskBuffer::plan_again() {
    const std::lock_guard guard(mutex_);
    plan_.reset(store_.live_bytes(), active_ ? active_->room() : 0);
    // What had been granted stays granted: where it no longer fits, the write says so.
    for (const Queued& queued : queue_)
        static_cast<void>(plan_.take(queued.size()));
    for (const auto& [key, size] : reservations_)
        static_cast<void>(plan_.take(size));
}

void DiskBuffer::notify() {
    Notify readable;
    Notify space;
    {
        const std::lock_guard guard(mutex_);
        if (read_again_at_ && Clock::now() >= *read_again_at_)
            read_again_at_.reset();
        const bool waits_for_device = read_again_at_.has_value();
        const bool more = !recent_.empty() || cursor_ != readable_end_;
        if (reader_waits_ && more && !window_.full() && !waits_for_device) {
            reader_waits_ = false;
            readable = on_readable_;
        }
        if (space_wanted_ && plan_.fits(*space_wanted_)) {
            space_wanted_.reset();
            space = on_space_;
        }
    }
    if (readable)
        readable();
    if (space)
        space();
}

}  // namespace engine::buffer::disk
