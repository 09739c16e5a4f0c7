#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <expected>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "engine/buffer/disk/delivery_window.hpp"
#include "engine/buffer/disk/file_system.hpp"
#include "engine/buffer/disk/ledger.hpp"
#include "engine/buffer/disk/recovery.hpp"
#include "engine/buffer/disk/segment_store.hpp"
#include "engine/buffer/disk/space_plan.hpp"
#include "engine/diagnostic/error.hpp"
#include "engine/event/slab.hpp"

namespace engine::buffer::disk {

/// How a buffer is to work.
struct Options {
    std::filesystem::path folder;
    /// Bounds the segment files on disk, spares included.
    std::uint64_t max_size = 0;
    /// 0: `stored` is called after the sync that covers the record, which all that wait share.
    /// Else: it is called after the write, and the file is synced at this interval.
    std::chrono::milliseconds sync_interval{0};
    /// Payloads that zstd makes smaller are stored so.
    bool compress = false;
};

/// Names a record that next() handed out.
struct RecordId {
    std::uint64_t number = 0;
    /// Counts events, from the first ever stored; a gap says how many were lost.
    std::uint64_t sequence = 0;
    std::uint32_t events = 0;
};

/// A record handed out for delivery. The payload may be the slab that was appended, shared.
struct Record {
    RecordId id;
    SlabRef payload;
};

/// Figures of a buffer, for metrics and `inspect`.
struct Stats {
    /// Stored and not finished. Bytes include headers and padding.
    std::uint64_t events = 0;
    /// Segment files, spares included; `max_size` bounds it.
    std::uint64_t disk_bytes = 0;
    std::uint64_t max_size = 0;
    std::uint64_t damaged_records = 0;
    std::uint64_t lost_events = 0;
    std::uint64_t write_errors = 0;
    std::uint64_t read_errors = 0;
    std::uint64_t ledger_errors = 0;
    std::uint64_t syncs = 0;
    std::uint64_t tail_cut_bytes = 0;
    bool window_full = false;
    /// The latest failure of a write, sync or read; empty when there was none.
    std::string last_error;
};

/// A durable queue of opaque records in a folder of its own. One writer thread per buffer does all
/// writing: it writes what has queued, syncs once, then calls every callback (group commit).
/// Destroying the buffer closes it. Callbacks run on the writer thread without locks held; they may
/// call append(), next() and finish(), but not close().
class DiskBuffer {
public:
    enum class Append { Queued, Full, TooLarge, Closed };
    /// The record is stored, or why it is not: then it is not in the buffer.
    using Stored = std::move_only_function<void(Result<void>)>;
    using Notify = std::function<void()>;

    /// Space that is set aside for one record. Given back when destroyed unused. Must not outlive
    /// its buffer.
    class Reservation {
    public:
        Reservation(Reservation&& other) noexcept
            : buffer_(std::exchange(other.buffer_, nullptr)), key_(other.key_) {}
        Reservation& operator=(Reservation&& other) noexcept;
        ~Reservation() { release(); }

    private:
        friend class DiskBuffer;
        Reservation(DiskBuffer& buffer, std::uint64_t key) : buffer_(&buffer), key_(key) {}
        void release();
        DiskBuffer* buffer_;
        std::uint64_t key_;
    };

    /// Locks the folder, recovers, starts the writer. Damage is no error; a folder in use, one that
    /// cannot be read, and a format that is not ours are, each with a sentence for the user.
    [[nodiscard]] static Result<std::unique_ptr<DiskBuffer>> open(
        Options options, FileSystem& files = real_file_system());
    ~DiskBuffer();
    DiskBuffer(const DiskBuffer&) = delete;
    DiskBuffer& operator=(const DiskBuffer&) = delete;

    /// Queues a record; order is the order of calls. `stored` is called once if and only if the
    /// answer is Queued. Any thread; never blocks on the disk. `events` must not be 0.
    Append append(SlabRef payload, std::uint32_t events, Stored stored);

    /// Sets space aside, so that a request can be sure of every buffer before it is written to any.
    [[nodiscard]] std::expected<Reservation, Append> reserve(std::size_t payload_bytes);
    /// As above, in reserved space: the payload must not be larger than was reserved. Queued, or
    /// Closed.
    Append append(Reservation reservation, SlabRef payload, std::uint32_t events, Stored stored);

    /// The next record in order, none when there is none yet or the window is full. Does not wait
    /// for writers; may read the disk. Any thread, calls are serialised.
    [[nodiscard]] std::optional<Record> next();
    /// The record needs no more delivery; any order, any thread. Written to the ledger at once,
    /// durable with a later commit, at latest after a second.
    void finish(const RecordId& id);

    /// Called when next() may have a record again after it returned none. Set before the first
    /// next().
    void on_readable(Notify notify);
    /// Called when a record of a refused size fits again. Set before the first append().
    void on_space(Notify notify);

    /// Drops the oldest segment that has no record in flight and is not being written, with all its
    /// records. Returns how many events that cost; none when there is no such segment.
    std::optional<std::uint64_t> drop_oldest_segment();
    /// A dropped segment has yet to be removed: its room is not there yet.
    [[nodiscard]] bool dropping() const { return store_.has_dropped(); }

    [[nodiscard]] Stats stats() const;
    /// Blocks until the writer has done all it can do now: everything is answered, the ledger is
    /// written, finished segments are gone. Not from a callback.
    void wait_until_idle();
    /// Stores what is queued, syncs the ledger, ends the writer. Later appends are refused.
    void close();

private:
    using Clock = std::chrono::steady_clock;

    /// A record on its way to the writer. `payload` goes to the reader, `stored_bytes` to the disk.
    struct Queued {
        SlabRef payload;
        SlabRef disk_payload;
        std::uint32_t events = 0;
        std::uint32_t flags = 0;
        std::uint64_t payload_checksum = 0;
        Stored stored;
        [[nodiscard]] std::uint64_t size() const { return record_size(disk_payload.size()); }
    };
    /// A record staged or written, and not yet confirmed.
    struct Written {
        Queued* queued = nullptr;
        InFlight record;
        Position end;
    };
    /// A stored record that the reader gets without reading the disk.
    struct Recent {
        InFlight record;
        Position end;
        SlabRef payload;
    };

    DiskBuffer(Options options, FileSystem& files, std::unique_ptr<FolderLock> lock);
    Result<void> start();
    Queued prepare(SlabRef payload, std::uint32_t events, Stored stored) const;

    // The writer thread (disk_buffer_writer.cpp).
    void run();
    void wait_for_work(std::unique_lock<std::mutex>& lock);
    [[nodiscard]] bool has_work() const;
    [[nodiscard]] Clock::time_point next_deadline() const;
    void commit(std::vector<Queued>& batch);
    Result<void> make_room(std::uint64_t record_bytes, std::vector<Written>& written);
    void stage(Queued& queued, std::vector<Written>& written);
    Result<void> open_segment(std::uint64_t record_bytes);
    void close_segment(std::vector<Written>& written);
    void confirm(std::vector<Written>& written);
    void publish(std::vector<Written>& written);
    void refuse(std::vector<Written>& written, const Error& error);
    void give_up_segment(const Error& error);
    void sync_at_interval(bool closing);
    void maintain(bool committed, bool closing);
    bool write_ledger();
    void sync_ledger(bool committed, bool closing);
    void ledger_failed(const Error& error);
    [[nodiscard]] bool has_finished_tail() const;
    void free_finished_tail();
    void plan_again();
    void notify();
    void note_error(const Error& error, std::uint64_t Stats::* counter);
    [[nodiscard]] LedgerState ledger_state() const;

    // The reader (disk_buffer_reader.cpp).
    [[nodiscard]] std::optional<SegmentId> oldest_droppable() const;
    std::uint64_t events_to_drop(SegmentId segment) const;
    enum class Step { Again, Stop };
    [[nodiscard]] bool nothing_to_read();
    std::optional<Record> take_recent();
    std::optional<Record> take_peeked();
    Step read_disk();
    Result<void> position_reader(const Position& cursor);
    void advance_segment(const Position& cursor, const Position& limit);
    void account_gap(std::uint64_t number, std::uint64_t sequence);
    void note_empty();
    void account_dropped(std::uint64_t sequence);
    std::uint64_t take_dropped(std::uint64_t gap);
    Step note_read_failure(const Error& error);

    const Options options_;
    FileSystem& files_;
    std::unique_ptr<FolderLock> lock_;
    SegmentStore store_;

    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::condition_variable idled_;
    bool idle_ = false;  // the writer sleeps
    // Under mutex_: the queue and space.
    std::vector<Queued> queue_;
    SpacePlan plan_;
    std::unordered_map<std::uint64_t, std::uint64_t> reservations_;
    std::uint64_t next_reservation_ = 0;
    std::optional<std::uint64_t> space_wanted_;
    bool replan_ = false;
    bool closing_ = false;
    Notify on_readable_;
    Notify on_space_;
    // Under mutex_: what can be read, and how far reading went.
    DeliveryWindow window_;
    std::deque<Recent> recent_;
    std::uint64_t recent_bytes_ = 0;
    bool recent_reaches_end_ = true;
    Position cursor_;
    Position readable_end_;
    std::uint64_t read_number_ = 0;
    std::uint64_t read_sequence_ = 0;
    /// Events of dropped segments that the reader has yet to pass.
    std::uint64_t dropped_ahead_ = 0;
    std::uint64_t readable_number_ = 0;
    std::uint64_t readable_sequence_ = 0;
    bool reader_waits_ = false;
    std::optional<Clock::time_point> read_again_at_;
    bool ledger_dirty_ = true;
    Stats stats_;

    // The writer thread's own.
    LedgerFile ledger_;
    std::unique_ptr<SegmentWriter> active_;
    std::uint64_t next_number_ = 0;
    std::uint64_t next_sequence_ = 0;
    /// Segment of P in the ledger as written, and as synced.
    SegmentId written_segment_{};
    SegmentId synced_segment_{};
    Clock::time_point ledger_synced_at_{};
    std::optional<Clock::time_point> ledger_again_at_;
    std::optional<Clock::time_point> interval_due_;

    // Under reader_mutex_, which is taken before mutex_: reading from disk.
    std::mutex reader_mutex_;
    std::unique_ptr<SegmentReader> reader_;
    std::optional<StoredRecord> peeked_;
    bool skipped_ = false;
    unsigned read_failures_ = 0;

    std::mutex close_mutex_;
    std::thread writer_;
};

}  // namespace engine::buffer::disk
