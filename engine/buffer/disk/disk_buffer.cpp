#include "engine/buffer/disk/disk_buffer.hpp"

#include <fmt/format.h>
#include <zstd.h>

#include <algorithm>

#include "engine/diagnostic/assert.hpp"

namespace engine::buffer::disk {
namespace {

constexpr std::uint64_t smallest_buffer = 8 * page_size;
constexpr std::size_t worth_compressing = 128;
constexpr int compression_level = 1;

/// The payload as one zstd frame, an empty reference when that is no smaller.
SlabRef compress_payload(std::string_view payload) {
    if (payload.size() < worth_compressing)
        return {};
    thread_local const std::unique_ptr<ZSTD_CCtx, std::size_t (*)(ZSTD_CCtx*)> context(
        ZSTD_createCCtx(), ZSTD_freeCCtx);
    SlabRef frame = SlabRef::with_capacity(payload.size());
    const std::size_t size =
        ZSTD_compressCCtx(context.get(), frame.spare().data(), frame.spare().size(), payload.data(),
                          payload.size(), compression_level);
    if (ZSTD_isError(size) != 0)
        return {};
    frame.commit(size);
    return frame;
}

}  // namespace

DiskBuffer::DiskBuffer(Options options, FileSystem& files, std::unique_ptr<FolderLock> lock)
    : options_(std::move(options)),
      files_(files),
      lock_(std::move(lock)),
      store_(files, options_.folder, options_.max_size),
      plan_(options_.max_size, store_.segment_size()),
      ledger_(files, options_.folder) {}

Result<std::unique_ptr<DiskBuffer>> DiskBuffer::open(Options options, FileSystem& files) {
    if (options.max_size < smallest_buffer) {
        return failure(fmt::format("the disk buffer {} needs a max_size of at least {} bytes",
                                   options.folder.string(), smallest_buffer));
    }
    ENGINE_TRY(files.create_folder(options.folder));
    std::unique_ptr<FolderLock> lock = ENGINE_TRY(files.lock(options.folder / "lock"));
    std::unique_ptr<DiskBuffer> buffer(new DiskBuffer(std::move(options), files, std::move(lock)));
    ENGINE_TRY(buffer->start());
    return buffer;
}

Result<void> DiskBuffer::start() {
    const Recovered recovered = ENGINE_TRY(recover(files_, options_.folder, store_, ledger_));
    const LedgerState& state = recovered.state;
    window_.restore(state);
    cursor_ = state.position;
    readable_end_ = recovered.end;
    recent_reaches_end_ = cursor_ == readable_end_;
    read_number_ = state.number;
    read_sequence_ = state.sequence;
    next_number_ = readable_number_ = state.next_number;
    next_sequence_ = readable_sequence_ = state.next_sequence;
    const std::uint64_t behind = state.next_sequence - state.sequence;
    stats_.events = behind - std::min(behind, state.finished_events);
    stats_.damaged_records = recovered.lost_records;
    stats_.lost_events = recovered.lost_events;
    stats_.events -= std::min(stats_.events, recovered.lost_events);
    stats_.tail_cut_bytes = recovered.tail_cut_bytes;
    stats_.max_size = options_.max_size;
    static_cast<void>(store_.trim_spares(0));
    // One pass of the writer's upkeep: ledger synced, finished segments gone, space planned.
    maintain(false, true);
    writer_ = std::thread([this] { run(); });
    return {};
}

DiskBuffer::~DiskBuffer() {
    close();
}

void DiskBuffer::close() {
    const std::lock_guard closer(close_mutex_);
    {
        const std::lock_guard guard(mutex_);
        closing_ = true;
    }
    wake_.notify_one();
    if (writer_.joinable())
        writer_.join();
}

DiskBuffer::Queued DiskBuffer::prepare(SlabRef payload, std::uint32_t events, Stored stored) const {
    Queued queued{.payload = std::move(payload),
                  .disk_payload = {},
                  .events = events,
                  .flags = 0,
                  .payload_checksum = 0,
                  .stored = std::move(stored)};
    if (options_.compress)
        queued.disk_payload = compress_payload(queued.payload.view());
    if (queued.disk_payload) {
        queued.flags = compressed;
    } else {
        queued.disk_payload = queued.payload;
    }
    queued.payload_checksum = checksum(queued.disk_payload.view());
    return queued;
}

DiskBuffer::Append DiskBuffer::append(SlabRef payload, std::uint32_t events, Stored stored) {
    ENGINE_ASSERT(events > 0, "a record holds at least one event");
    if (payload.size() > max_payload)
        return Append::TooLarge;
    // Compressing and checksumming cost the caller, not the one writer.
    Queued queued = prepare(std::move(payload), events, std::move(stored));
    const std::uint64_t size = queued.size();
    if (plan_.too_large(size))
        return Append::TooLarge;
    bool full = false;
    {
        const std::lock_guard guard(mutex_);
        if (closing_)
            return Append::Closed;
        full = !plan_.take(size);
        if (full) {
            space_wanted_ = std::min(size, space_wanted_.value_or(size));
            replan_ = true;
        } else {
            queue_.push_back(std::move(queued));
        }
    }
    wake_.notify_one();
    return full ? Append::Full : Append::Queued;
}

std::expected<DiskBuffer::Reservation, DiskBuffer::Append> DiskBuffer::reserve(
    std::size_t payload_bytes) {
    const std::uint64_t size = record_size(payload_bytes);
    if (payload_bytes > max_payload || plan_.too_large(size)) {
        return std::unexpected(Append::TooLarge);
    }
    const std::lock_guard guard(mutex_);
    if (closing_)
        return std::unexpected(Append::Closed);
    if (!plan_.take(size)) {
        space_wanted_ = std::min(size, space_wanted_.value_or(size));
        replan_ = true;
        wake_.notify_one();
        return std::unexpected(Append::Full);
    }
    const std::uint64_t key = next_reservation_++;
    reservations_.emplace(key, size);
    return Reservation(*this, key);
}

DiskBuffer::Append DiskBuffer::append(Reservation reservation, SlabRef payload,
                                      std::uint32_t events, Stored stored) {
    ENGINE_ASSERT(events > 0, "a record holds at least one event");
    Queued queued = prepare(std::move(payload), events, std::move(stored));
    {
        const std::lock_guard guard(mutex_);
        if (closing_)
            return Append::Closed;
        const auto reserved = reservations_.find(reservation.key_);
        ENGINE_ASSERT(reserved != reservations_.end() && queued.size() <= reserved->second,
                      "the caller reserved at least the payload's size in this buffer");
        reservations_.erase(reserved);
        queue_.push_back(std::move(queued));
    }
    wake_.notify_one();
    return Append::Queued;
}

void DiskBuffer::Reservation::release() {
    DiskBuffer* buffer = std::exchange(buffer_, nullptr);
    if (buffer == nullptr)
        return;
    {
        const std::lock_guard guard(buffer->mutex_);
        if (buffer->reservations_.erase(key_) == 0)
            return;
        buffer->replan_ = true;
    }
    buffer->wake_.notify_one();
}

DiskBuffer::Reservation& DiskBuffer::Reservation::operator=(Reservation&& other) noexcept {
    if (this != &other) {
        release();
        buffer_ = std::exchange(other.buffer_, nullptr);
        key_ = other.key_;
    }
    return *this;
}

void DiskBuffer::finish(const RecordId& id) {
    {
        const std::lock_guard guard(mutex_);
        const std::optional<std::uint32_t> events = window_.finish(id.number);
        if (!events)
            return;
        stats_.events -= std::min<std::uint64_t>(stats_.events, *events);
        note_empty();
        ledger_dirty_ = true;
    }
    wake_.notify_one();
}

/// Under mutex_. Damage to the ledger makes the count at start a guess; here it is known again.
void DiskBuffer::note_empty() {
    if (window_.empty() && recent_.empty() && cursor_ == readable_end_)
        stats_.events = 0;
}

void DiskBuffer::on_readable(Notify notify) {
    const std::lock_guard guard(mutex_);
    on_readable_ = std::move(notify);
}

void DiskBuffer::on_space(Notify notify) {
    const std::lock_guard guard(mutex_);
    on_space_ = std::move(notify);
}

Stats DiskBuffer::stats() const {
    const std::uint64_t disk_bytes = store_.live_bytes() + store_.spare_bytes();
    const std::lock_guard guard(mutex_);
    Stats stats = stats_;
    stats.disk_bytes = disk_bytes;
    return stats;
}

void DiskBuffer::note_error(const Error& error, std::uint64_t Stats::* counter) {
    const std::lock_guard guard(mutex_);
    ++(stats_.*counter);
    stats_.last_error = error.message;
}

}  // namespace engine::buffer::disk
