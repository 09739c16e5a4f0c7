#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/buffer/disk/file_system.hpp"
#include "engine/buffer/disk/format.hpp"

namespace engine::buffer::disk {

/// Writes one segment from its header to its end. Owned by the buffer's writer thread, used there
/// only. After a failure the only call left is `cut`.
class SegmentWriter {
public:
    /// `existing_size` is the length of the recycled file, 0 for a new one. Nothing is written yet.
    SegmentWriter(std::unique_ptr<File> file, const SegmentHeader& header, std::uint64_t capacity,
                  std::uint64_t existing_size);

    /// Room for a record of `record_bytes` (record_size()) and the end marker behind it.
    [[nodiscard]] bool fits(std::uint64_t record_bytes) const;
    /// Room for records that is left.
    [[nodiscard]] std::uint64_t room() const;

    /// Queues a record for the next flush; returns its offset. Fills in segment and salt. A large
    /// payload is not copied: it must live until then.
    std::uint64_t stage(RecordHeader header, std::string_view payload);
    [[nodiscard]] std::uint64_t staged_bytes() const { return end_ - written_end_; }
    /// Writes what is staged, without syncing.
    [[nodiscard]] Result<void> flush();
    /// Flushes and syncs: all records staged so far are durable.
    [[nodiscard]] Result<void> sync();
    /// Writes the end marker and syncs; no record follows.
    [[nodiscard]] Result<void> seal();
    /// After a failure: cuts the file at `end`, where the last confirmed record ends.
    [[nodiscard]] Result<void> cut(std::uint64_t end);

    [[nodiscard]] SegmentId id() const { return header_.id; }
    [[nodiscard]] std::uint32_t salt() const { return header_.salt; }
    /// Behind the last staged record.
    [[nodiscard]] std::uint64_t end() const { return end_; }
    /// Behind the last durable record; 0 when there is none.
    [[nodiscard]] std::uint64_t synced_end() const { return synced_end_; }
    [[nodiscard]] bool unsynced() const { return synced_end_ != end_; }
    /// Length of the file as far as writes went, or of the file that was recycled.
    [[nodiscard]] std::uint64_t file_size() const { return file_size_; }
    [[nodiscard]] std::uint64_t capacity() const { return capacity_; }

private:
    /// Staged bytes: a range of `staging_`, or a payload that someone else owns.
    struct Piece {
        const char* payload = nullptr;
        std::size_t begin = 0;
        std::size_t size = 0;
    };
    void stage_bytes(std::string_view bytes);

    std::unique_ptr<File> file_;
    SegmentHeader header_;
    std::uint64_t capacity_;
    std::uint64_t file_size_;
    std::uint64_t end_ = segment_header_size;
    std::uint64_t written_end_ = 0;
    std::uint64_t synced_end_ = 0;
    std::string staging_;
    std::vector<Piece> pieces_;
    std::vector<std::string_view> views_;
};

}  // namespace engine::buffer::disk
