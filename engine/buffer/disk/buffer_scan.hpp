#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/buffer/disk/file_system.hpp"
#include "engine/buffer/disk/format.hpp"
#include "engine/buffer/disk/ledger.hpp"
#include "engine/buffer/disk/segment_reader.hpp"

namespace engine::buffer::disk {

/// What reading one segment file found. Records before the position count as delivered and are not
/// read closely.
struct SegmentScan {
    SegmentId id{};
    std::uint64_t file_bytes = 0;
    /// Its header is not good; that alone costs nothing.
    bool header_damaged = false;
    /// The device does not read parts of it.
    bool unreadable = false;
    std::uint64_t records = 0;
    std::uint64_t events = 0;
    /// Of the records, those that wait for delivery; bytes with headers and padding.
    std::uint64_t waiting_records = 0;
    std::uint64_t waiting_events = 0;
    std::uint64_t waiting_bytes = 0;
    /// What is missing between good records, from the position on.
    std::uint64_t damaged_places = 0;
    std::uint64_t lost_events = 0;
    /// Where the first place of damage begins and the last one ends.
    std::uint64_t damage_begin = 0;
    std::uint64_t damage_end = 0;
    std::optional<std::uint32_t> salt;
    /// Of its header or its first good record, and behind its last one.
    std::optional<std::uint64_t> first_number;
    std::optional<std::uint64_t> first_sequence;
    std::uint64_t next_number = 0;
    std::uint64_t next_sequence = 0;

    [[nodiscard]] bool damaged() const { return damaged_places > 0 || unreadable; }
};

enum class LedgerCondition {
    Good,
    OneSlotDamaged,  // costs nothing: the other one holds
    Damaged,         // everything is delivered again
    Missing,
};

/// What the files of a buffer hold at one moment.
struct BufferScan {
    std::vector<SegmentScan> segments;
    std::uint64_t spares = 0;
    std::uint64_t spare_bytes = 0;
    LedgerCondition ledger_condition = LedgerCondition::Missing;
    LedgerState ledger;

    [[nodiscard]] std::uint64_t total(std::uint64_t SegmentScan::* field) const;
    [[nodiscard]] bool damaged() const;
};

/// Called for each good record, in order, with whether it waits for delivery.
enum class RecordState { Waiting, Delivered };
using RecordVisitor = std::function<Result<void>(const StoredRecord&, RecordState)>;

/// Reads a buffer's folder without its lock and without changing anything, so that a running
/// process may use it meanwhile: segments that vanish while it looks were delivered, and what
/// stands unfinished at the very end is being written. An error for a folder that is no buffer, or
/// one of another format. Any thread; takes the time that reading all waiting bytes takes.
[[nodiscard]] Result<BufferScan> scan_buffer(FileSystem& files, const std::filesystem::path& folder,
                                             const RecordVisitor& visit = {});

/// Does the ledger say that this record was delivered?
[[nodiscard]] bool is_delivered(const LedgerState& ledger, const RecordHeader& header);

}  // namespace engine::buffer::disk
