#include <fmt/format.h>

#include <algorithm>

#include "engine/buffer/disk/buffer_scan.hpp"
#include "engine/cli/buffer/buffer.hpp"
#include "engine/codec/record.hpp"
#include "engine/codec/timestamp_format.hpp"

namespace engine::cli {
namespace {

using buffer::disk::BufferScan;
using buffer::disk::RecordState;
using buffer::disk::SegmentScan;
using buffer::disk::StoredRecord;

/// When the events of a record came: of its request, or the first event's `timestamp`.
std::optional<Timestamp> time_of(const SlabRef& payload) {
    const Result<BatchRef> batch = read_record(payload);
    if (!batch || (*batch)->empty())
        return std::nullopt;
    if (const EnvelopeRef request = (*batch)->envelope(0))
        return request->received_at;
    if ((*batch)->kind() == EventKind::Metric || !(*batch)->root(0).is_object())
        return std::nullopt;
    const Value* timestamp = (*batch)->root(0).as_object().find("timestamp");
    if (timestamp == nullptr || !timestamp->is_timestamp())
        return std::nullopt;
    return timestamp->as_timestamp();
}

/// The first and the last record that wait.
struct Ends {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    SlabRef first_payload;
    SlabRef last_payload;
};

void print_end(const char* name, std::uint64_t number, const SlabRef& payload) {
    std::string when;
    if (const std::optional<Timestamp> time = time_of(payload)) {
        ByteBuffer text;
        write_rfc3339(*time, text);
        when = fmt::format(", received {}", text.view());
    }
    fmt::print("  {:<10} record {}{}\n", name, number, when);
}

const char* words_for(buffer::disk::LedgerCondition condition) {
    using buffer::disk::LedgerCondition;
    switch (condition) {
        case LedgerCondition::Good:
            return "good";
        case LedgerCondition::OneSlotDamaged:
            return "good (one of two slots is damaged)";
        case LedgerCondition::Damaged:
            return "damaged: everything is delivered again";
        case LedgerCondition::Missing:
            break;
    }
    return "none: everything is delivered again";
}

void print_segment(const SegmentScan& segment) {
    fmt::print("  segment {:016x} {:>12} bytes {:>10} records {:>10} waiting{}{}\n",
               buffer::disk::value_of(segment.id), segment.file_bytes, segment.records,
               segment.waiting_records, segment.header_damaged ? ", header damaged" : "",
               segment.damaged() ? fmt::format(", {} damaged places", segment.damaged_places) : "");
}

Result<void> inspect(const std::filesystem::path& folder) {
    Ends ends;
    const auto visit = [&ends](const StoredRecord& record, RecordState state) -> Result<void> {
        if (state == RecordState::Delivered)
            return {};
        if (!ends.first_payload) {
            ends.first = record.header.number;
            ends.first_payload = record.payload;
        }
        ends.last = record.header.number;
        ends.last_payload = record.payload;
        return {};
    };
    const BufferScan scan =
        ENGINE_TRY(buffer::disk::scan_buffer(buffer::disk::real_file_system(), folder, visit));
    const auto& position = scan.ledger.position;
    fmt::print("{}\n", folder.string());
    fmt::print("  {:<10} {} events in {} records, {} bytes\n", "waiting",
               scan.total(&SegmentScan::waiting_events), scan.total(&SegmentScan::waiting_records),
               scan.total(&SegmentScan::waiting_bytes));
    fmt::print("  {:<10} {} segments with {} bytes, {} spares with {} bytes\n", "on disk",
               scan.segments.size(), scan.total(&SegmentScan::file_bytes), scan.spares,
               scan.spare_bytes);
    fmt::print("  {:<10} segment {:016x}, offset {}, record {}, event {}\n", "position",
               buffer::disk::value_of(position.segment), position.offset, scan.ledger.number,
               scan.ledger.sequence);
    fmt::print("  {:<10} {}\n", "ledger", words_for(scan.ledger_condition));
    if (ends.first_payload) {
        print_end("oldest", ends.first, ends.first_payload);
        print_end("newest", ends.last, ends.last_payload);
    }
    for (const SegmentScan& segment : scan.segments)
        print_segment(segment);
    return {};
}

}  // namespace

ExitCode buffer_inspect(const BufferArguments& arguments) {
    const std::vector<std::filesystem::path> folders = buffer_folders(arguments.folder);
    bool failed = folders.empty();
    for (const std::filesystem::path& folder : folders) {
        if (const Result<void> shown = inspect(folder); !shown) {
            fmt::print(stderr, "error: {}\n", shown.error().message);
            failed = true;
        }
    }
    return failed ? ExitCode::Failure : ExitCode::Ok;
}

}  // namespace engine::cli
