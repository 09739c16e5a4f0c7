#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "engine/buffer/disk/file_system.hpp"
#include "engine/buffer/disk/format.hpp"
#include "engine/event/slab.hpp"

namespace engine::buffer::disk {

/// A record as read, payload checked and decompressed.
struct StoredRecord {
    RecordHeader header;
    std::uint64_t offset = 0;
    SlabRef payload;
};

/// What a SegmentReader met that was not a record.
struct Damage {
    /// Records whose header was good and whose payload was not, and the events in them.
    std::uint64_t records = 0;
    std::uint64_t events = 0;
    /// Bytes stepped over in search of a header.
    std::uint64_t skipped_bytes = 0;
};

/// What to do with bytes that the device cannot read.
enum class Unreadable { Fail, Skip };

/// Reads the records of one segment in order, stepping over damage. Owned by one thread at a time;
/// may read while the writer appends beyond the limit.
class SegmentReader {
public:
    SegmentReader(std::unique_ptr<File> file, SegmentId id);

    /// Reads the header, if it is good; a wrong one costs nothing but the salt.
    [[nodiscard]] Result<std::optional<SegmentHeader>> read_header();

    /// The next good record that ends at or before `limit`. None: there is no more, `ended()` says
    /// whether an end marker was met. An error (the device does not read) leaves the position.
    [[nodiscard]] Result<std::optional<StoredRecord>> next(std::uint64_t limit,
                                                           Unreadable unreadable);

    [[nodiscard]] SegmentId id() const { return id_; }
    /// Where the next record is looked for; behind the last one returned.
    [[nodiscard]] std::uint64_t offset() const { return offset_; }
    void seek(std::uint64_t offset) { offset_ = offset; }
    [[nodiscard]] bool ended() const { return ended_; }
    [[nodiscard]] Result<std::uint64_t> size() { return file_->size(); }
    [[nodiscard]] File& file() { return *file_; }
    /// Damage met since the last call.
    [[nodiscard]] Damage take_damage() { return std::exchange(damage_, {}); }

private:
    /// Bytes [offset, offset + count) of the file, fewer at the limit; valid until the next call.
    Result<std::string_view> window(std::uint64_t offset, std::size_t count, std::uint64_t limit,
                                    Unreadable unreadable);
    Result<void> read_into(std::uint64_t offset, std::span<char> out, Unreadable unreadable,
                           std::size_t& count);
    /// Header at `offset_`, or at the next place where one checks.
    Result<std::optional<RecordHeader>> find_header(std::uint64_t limit, Unreadable unreadable);
    std::optional<RecordHeader> check_header(std::string_view bytes) const;
    /// The payload of `header`, which lies at `offset_`; an empty reference when it is damaged.
    Result<SlabRef> read_payload(const RecordHeader& header, std::uint64_t limit,
                                 Unreadable unreadable);

    std::unique_ptr<File> file_;
    SegmentId id_;
    std::optional<std::uint32_t> salt_;
    std::uint64_t offset_ = segment_header_size;
    bool ended_ = false;
    Damage damage_;
    std::string cache_;
    std::uint64_t cache_offset_ = 0;
};

}  // namespace engine::buffer::disk
