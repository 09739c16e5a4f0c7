#include "engine/buffer/disk/buffer_repair.hpp"

#include <algorithm>
#include <random>

#include "engine/buffer/disk/segment_writer.hpp"

namespace engine::buffer::disk {
namespace {

using Path = std::filesystem::path;

/// Staged bytes at which they are written.
constexpr std::uint64_t flush_bytes = std::uint64_t{4} << 20;

/// The state that makes everything that is left count as waiting, from the first segment on.
LedgerState state_without_ledger(const BufferScan& scan) {
    LedgerState state;
    for (const SegmentScan& segment : scan.segments) {
        state.next_number = std::max(state.next_number, segment.next_number);
        state.next_sequence = std::max(state.next_sequence, segment.next_sequence);
    }
    if (!scan.segments.empty()) {
        const SegmentScan& first = scan.segments.front();
        state.position = {first.id, segment_header_size};
        state.number = first.first_number.value_or(0);
        state.sequence = first.first_sequence.value_or(0);
    }
    return state;
}

/// Copies the records that wait into a new file, which then takes the place of the old one.
Result<void> rewrite(FileSystem& files, const Path& folder, const SegmentScan& segment,
                     const LedgerState& ledger) {
    const Path path = folder / segment_name(segment.id);
    const Path copy = folder / "segment.new";
    SegmentReader reader(ENGINE_TRY(files.open(path, OpenMode::Read)), segment.id);
    static_cast<void>(reader.read_header());
    std::unique_ptr<File> file = ENGINE_TRY(files.open(copy, OpenMode::Create));
    ENGINE_TRY(file->truncate(0));
    std::unique_ptr<SegmentWriter> writer;
    for (;;) {
        std::optional<StoredRecord> record =
            ENGINE_TRY(reader.next(segment.file_bytes, Unreadable::Skip));
        if (!record && writer)
            break;
        if (!writer) {
            const SegmentHeader header{
                .salt = segment.salt.value_or(std::random_device{}()),
                .id = segment.id,
                .first_number = record ? record->header.number : segment.next_number,
                .first_sequence = record ? record->header.sequence : segment.next_sequence};
            // Records are never larger than they were: the old file's size is room enough, with an
            // end behind them.
            const std::uint64_t capacity =
                segment.file_bytes + segment_header_size + record_header_size;
            writer = std::make_unique<SegmentWriter>(std::move(file), header, capacity, 0);
        }
        if (!record)
            break;
        if (is_delivered(ledger, record->header))
            continue;
        RecordHeader header = record->header;
        // As it was read: without compression.
        const std::string_view payload = record->payload.view();
        header.flags &= ~static_cast<std::uint32_t>(compressed);
        header.length = header.raw_length = static_cast<std::uint32_t>(payload.size());
        header.payload_checksum = checksum(payload);
        writer->stage(header, payload);
        // A large payload is not copied when staged: it must not outlive this turn.
        if (payload.size() >= page_size || writer->staged_bytes() >= flush_bytes)
            ENGINE_TRY(writer->flush());
    }
    ENGINE_TRY(writer->seal());
    writer.reset();
    ENGINE_TRY(files.rename(copy, path));
    return files.sync_folder(folder);
}

}  // namespace

Result<Repair> repair_buffer(FileSystem& files, const Path& folder) {
    // Before the lock, which would turn any folder into one that looks like a buffer.
    ENGINE_TRY(scan_buffer(files, folder));
    const std::unique_ptr<FolderLock> lock = ENGINE_TRY(files.lock(folder / "lock"));
    Repair repair;
    repair.before = ENGINE_TRY(scan_buffer(files, folder));
    LedgerFile ledger(files, folder);
    const bool lost_ledger = repair.before.ledger_condition == LedgerCondition::Damaged;
    LedgerState state = ENGINE_TRY(ledger.load()).value_or(state_without_ledger(repair.before));
    const bool moves = std::ranges::any_of(repair.before.segments, [&](const SegmentScan& segment) {
        return segment.damaged() && segment.id == state.position.segment;
    });
    // First the ledger, which afterwards names the start of a segment that is about to change.
    if (moves)
        state.position.offset = segment_header_size;
    if (moves || lost_ledger || repair.before.ledger_condition == LedgerCondition::OneSlotDamaged) {
        ENGINE_TRY(ledger.write(state));
        ENGINE_TRY(ledger.sync());
        repair.ledger_rewritten = true;
    }
    for (const SegmentScan& segment : repair.before.segments) {
        if (!segment.damaged() || segment.id < state.position.segment)
            continue;
        ENGINE_TRY(rewrite(files, folder, segment, state));
        ++repair.rewritten_segments;
    }
    return repair;
}

}  // namespace engine::buffer::disk
