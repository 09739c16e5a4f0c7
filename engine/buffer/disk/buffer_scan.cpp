#include "engine/buffer/disk/buffer_scan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace engine::buffer::disk {
namespace {

using Path = std::filesystem::path;

std::unexpected<Error> foreign_version(const Path& path, std::uint32_t version) {
    return failure(fmt::format("{} was written in format {}, this version knows only format {}",
                               path.string(), version, format_version));
}

/// Two bad slots of a running buffer may be two moments of good ones: looked at again.
constexpr int ledger_attempts = 3;

Result<void> read_ledger(FileSystem& files, const Path& path, BufferScan& scan) {
    for (int attempt = 0; attempt < ledger_attempts; ++attempt) {
        const Result<std::unique_ptr<File>> file = files.open(path, OpenMode::Read);
        if (!file)
            return {};
        std::string bytes(ledger_slot_stride, '\0');
        std::optional<LedgerSlot> best;
        int good = 0;
        for (std::size_t slot = 0; slot < 2; ++slot) {
            const Result<std::size_t> count =
                (*file)->read(slot * ledger_slot_stride, {bytes.data(), bytes.size()});
            if (!count)
                continue;
            const std::string_view read = std::string_view(bytes).substr(0, *count);
            std::optional<LedgerSlot> found = decode_slot(read);
            // A slot that was never written is no damage.
            const bool blank = read.find_first_not_of('\0') == std::string_view::npos;
            good += found || blank ? 1 : 0;
            if (found && found->version != format_version)
                return foreign_version(path, found->version);
            if (found && (!best || best->generation < found->generation))
                best = std::move(found);
        }
        scan.ledger_condition = !best      ? LedgerCondition::Damaged
                                : good < 2 ? LedgerCondition::OneSlotDamaged
                                           : LedgerCondition::Good;
        if (best)
            scan.ledger = std::move(best->state);
        if (scan.ledger_condition == LedgerCondition::Good)
            break;
    }
    return {};
}

/// Reads the records of one segment and what is missing between them.
class SegmentScanner {
public:
    SegmentScanner(SegmentReader& reader, const LedgerState& ledger, SegmentScan& scan,
                   const RecordVisitor& visit)
        : reader_(reader), ledger_(ledger), scan_(scan), visit_(visit) {}

    Result<void> run() {
        const std::optional<SegmentHeader> header = ENGINE_TRY(reader_.read_header());
        scan_.header_damaged = !header || header->id != scan_.id;
        if (!scan_.header_damaged) {
            scan_.salt = header->salt;
            scan_.first_number = scan_.next_number = header->first_number;
            scan_.first_sequence = scan_.next_sequence = header->first_sequence;
            expected_ = header->first_sequence;
        }
        std::uint64_t end = segment_header_size;
        for (;;) {
            const std::optional<StoredRecord> record = ENGINE_TRY(next());
            if (!record)
                break;
            // Damage before a good record is damage; at the end it may be a write under way.
            note_gap(end, *record);
            end = record->offset + record_size(record->header.length);
            ENGINE_TRY(take(*record));
        }
        if (reader_.ended() && reader_.offset() > end && in_reach(scan_.next_sequence))
            note_damage(end, reader_.offset());
        return {};
    }

private:
    Result<std::optional<StoredRecord>> next() {
        Result<std::optional<StoredRecord>> record =
            reader_.next(scan_.file_bytes, Unreadable::Fail);
        if (record)
            return record;
        scan_.unreadable = true;
        return reader_.next(scan_.file_bytes, Unreadable::Skip);
    }

    [[nodiscard]] bool in_reach(std::uint64_t sequence) const {
        return sequence >= ledger_.sequence;
    }

    void note_damage(std::uint64_t begin, std::uint64_t end) {
        if (scan_.damaged_places++ == 0)
            scan_.damage_begin = begin;
        scan_.damage_end = end;
    }

    void note_gap(std::uint64_t end, const StoredRecord& record) {
        const std::uint64_t sequence = record.header.sequence;
        if (!in_reach(sequence))
            return;
        if (record.offset > end)
            note_damage(end, record.offset);
        const std::uint64_t from = std::max(expected_.value_or(sequence), ledger_.sequence);
        if (sequence > from)
            scan_.lost_events += sequence - from;
    }

    Result<void> take(const StoredRecord& record) {
        const RecordHeader& header = record.header;
        ++scan_.records;
        scan_.events += header.events;
        scan_.salt = header.salt;
        if (!scan_.first_sequence) {
            scan_.first_number = header.number;
            scan_.first_sequence = header.sequence;
        }
        scan_.next_number = header.number + 1;
        scan_.next_sequence = header.sequence + header.events;
        expected_ = scan_.next_sequence;
        const bool delivered = is_delivered(ledger_, header);
        if (!delivered) {
            ++scan_.waiting_records;
            scan_.waiting_events += header.events;
            scan_.waiting_bytes += record_size(header.length);
        }
        if (!visit_)
            return {};
        return visit_(record, delivered ? RecordState::Delivered : RecordState::Waiting);
    }

    SegmentReader& reader_;
    const LedgerState& ledger_;
    SegmentScan& scan_;
    const RecordVisitor& visit_;
    std::optional<std::uint64_t> expected_;
};

}  // namespace

bool is_delivered(const LedgerState& ledger, const RecordHeader& header) {
    if (header.number < ledger.number)
        return true;
    const std::uint64_t bit = header.number - ledger.number / 64 * 64;
    return bit / 64 < ledger.words.size() && ((ledger.words[bit / 64] >> (bit % 64)) & 1) != 0;
}

std::uint64_t BufferScan::total(std::uint64_t SegmentScan::* field) const {
    return std::accumulate(
        segments.begin(), segments.end(), std::uint64_t{0},
        [field](std::uint64_t sum, const SegmentScan& segment) { return sum + segment.*field; });
}

bool BufferScan::damaged() const {
    return ledger_condition == LedgerCondition::Damaged ||
           std::ranges::any_of(segments, &SegmentScan::damaged);
}

Result<BufferScan> scan_buffer(FileSystem& files, const Path& folder, const RecordVisitor& visit) {
    BufferScan scan;
    std::vector<SegmentId> ids;
    bool known = false;
    for (const FolderEntry& entry : ENGINE_TRY(files.list(folder))) {
        const FileName name = parse_file_name(entry.name);
        if (name.kind == FileKind::Foreign) {
            return failure(fmt::format("{} is the folder of another program's buffer ({})",
                                       folder.string(), entry.name));
        }
        known |= name.kind != FileKind::Other;
        if (name.kind == FileKind::Segment)
            ids.push_back(name.id);
        if (name.kind == FileKind::Spare) {
            ++scan.spares;
            scan.spare_bytes += entry.size;
        }
    }
    if (!known)
        return failure(fmt::format("{} is not the folder of a disk buffer", folder.string()));
    ENGINE_TRY(read_ledger(files, folder / "ledger", scan));
    std::ranges::sort(ids);
    for (const SegmentId id : ids) {
        const Path path = folder / segment_name(id);
        Result<std::unique_ptr<File>> file = files.open(path, OpenMode::Read);
        if (!file)
            continue;  // delivered meanwhile
        SegmentReader reader(std::move(*file), id);
        SegmentScan& segment = scan.segments.emplace_back();
        segment.id = id;
        segment.file_bytes = ENGINE_TRY(reader.size());
        const Result<std::optional<SegmentHeader>> header = reader.read_header();
        if (header && *header && (*header)->version != format_version)
            return foreign_version(path, (*header)->version);
        // Before the position's segment everything is delivered.
        if (id < scan.ledger.position.segment)
            continue;
        ENGINE_TRY(SegmentScanner(reader, scan.ledger, segment, visit).run());
    }
    return scan;
}

}  // namespace engine::buffer::disk
