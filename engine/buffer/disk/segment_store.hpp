#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "engine/buffer/disk/file_system.hpp"
#include "engine/buffer/disk/format.hpp"
#include "engine/buffer/disk/segment_reader.hpp"
#include "engine/buffer/disk/segment_writer.hpp"

namespace engine::buffer::disk {

/// A segment file as the store knows it.
struct SegmentInfo {
    /// What it takes on disk; its capacity while it is written.
    std::uint64_t size = 0;
    /// Behind its last record; none for a segment of a former run, whose end is found by reading.
    std::optional<std::uint64_t> end;
    /// Of its header; none when that is damaged.
    std::optional<std::uint64_t> first_number;
    std::optional<std::uint64_t> first_sequence;
};

/// The segment files of one buffer: which exist, how much they take, creating and retiring them.
/// Owned by the DiskBuffer. `create`, `seal`, `discard` and `retire_before` belong to the writer
/// thread; the rest may be called from any.
class SegmentStore {
public:
    SegmentStore(FileSystem& files, std::filesystem::path folder, std::uint64_t max_size);

    /// Takes note of a file found at start.
    void adopt(SegmentId id, const SegmentInfo& info);
    void adopt_spare(SegmentId id, std::uint64_t size);
    /// No id up to this one is given out again.
    void skip_to(SegmentId next);

    /// A new segment, from a spare where there is one. The folder is synced; the file's header is
    /// staged. Spares go when they would break max_size; an error when one that has to does not.
    [[nodiscard]] Result<std::unique_ptr<SegmentWriter>> create(std::uint64_t capacity,
                                                                std::uint64_t first_number,
                                                                std::uint64_t first_sequence);
    /// The segment gets no more records and ends at `end`.
    void seal(SegmentId id, std::uint64_t end, std::uint64_t size);
    /// Removes a segment without records.
    void discard(SegmentId id);
    /// Makes segments before `first` spares, or removes them. The ledger that finishes them must be
    /// durable. Returns how many went.
    std::size_t retire_before(SegmentId first);
    /// The segment is no longer part of the log, whatever it holds; `remove_dropped` frees it. Any
    /// thread.
    void drop(SegmentId id);
    [[nodiscard]] bool has_dropped() const;
    /// Writer thread; also tries again what could not be removed before. Returns how many went.
    std::size_t remove_dropped();
    /// Removes spares until they, the segments and a new one of `wanted` bytes keep to max_size,
    /// and at most two are left. False: they do not, because a file could not be removed.
    bool trim_spares(std::uint64_t wanted);

    [[nodiscard]] std::uint64_t segment_size() const { return segment_size_; }
    /// Segments without spares, which can give way.
    [[nodiscard]] std::uint64_t live_bytes() const;
    [[nodiscard]] std::uint64_t spare_bytes() const;
    [[nodiscard]] SegmentId next_id() const;
    /// The oldest; `next_id()` when there is none.
    [[nodiscard]] SegmentId oldest() const;
    [[nodiscard]] std::optional<SegmentInfo> find(SegmentId id) const;
    [[nodiscard]] std::optional<SegmentId> next_after(SegmentId id) const;
    /// A reader of its own file handle.
    [[nodiscard]] Result<std::unique_ptr<SegmentReader>> read(SegmentId id) const;

private:
    Result<std::unique_ptr<File>> take_file(SegmentId id, std::uint64_t& existing_size);
    bool retire(SegmentId id, std::uint64_t size);
    void note_stuck(std::string name, std::uint64_t size);
    std::size_t remove_stuck();
    [[nodiscard]] std::uint64_t live_bytes_locked() const;
    [[nodiscard]] std::uint64_t spare_bytes_locked() const;

    FileSystem& files_;
    std::filesystem::path folder_;
    std::uint64_t max_size_;
    std::uint64_t segment_size_;
    mutable std::mutex mutex_;
    std::map<SegmentId, SegmentInfo> segments_;
    std::map<SegmentId, std::uint64_t> spares_;
    std::map<SegmentId, std::uint64_t> dropped_;
    /// Files that could be neither used nor removed, by name: removing is tried again.
    std::map<std::string, std::uint64_t> stuck_;
    SegmentId next_id_{1};
};

/// min(64 MiB, max_size / 8), in whole pages.
[[nodiscard]] std::uint64_t segment_size_for(std::uint64_t max_size);

/// Capacity of a new segment for a record of `record_bytes` when `free` bytes are left: a whole
/// segment, a smaller one when there is no room, a larger one for a larger record. None: no room.
[[nodiscard]] std::optional<std::uint64_t> new_capacity(std::uint64_t segment_size,
                                                        std::uint64_t free,
                                                        std::uint64_t record_bytes);

}  // namespace engine::buffer::disk
