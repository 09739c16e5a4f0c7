#include <fmt/format.h>

#include "engine/buffer/disk/buffer_scan.hpp"
#include "engine/cli/buffer/buffer.hpp"
#include "engine/codec/record.hpp"

namespace engine::cli {
namespace {

using buffer::disk::BufferScan;
using buffer::disk::LedgerCondition;
using buffer::disk::RecordState;
using buffer::disk::SegmentScan;
using buffer::disk::StoredRecord;

/// Whether the buffer is in order; what is not is printed.
Result<bool> verify(const std::filesystem::path& folder) {
    std::uint64_t undecodable = 0;
    const auto visit = [&](const StoredRecord& record, RecordState state) -> Result<void> {
        if (state == RecordState::Waiting && !read_record(record.payload))
            ++undecodable;
        return {};
    };
    const BufferScan scan =
        ENGINE_TRY(buffer::disk::scan_buffer(buffer::disk::real_file_system(), folder, visit));
    for (const SegmentScan& segment : scan.segments) {
        if (segment.damaged()) {
            fmt::print(
                "{}: segment {:016x} is damaged in {} places between bytes {} and {}: {} "
                "events are lost{}\n",
                folder.string(), buffer::disk::value_of(segment.id), segment.damaged_places,
                segment.damage_begin, segment.damage_end, segment.lost_events,
                segment.unreadable ? "; the device does not read all of it" : "");
        }
    }
    if (scan.ledger_condition == LedgerCondition::Damaged)
        fmt::print("{}: the ledger is damaged: everything is delivered again\n", folder.string());
    if (undecodable > 0)
        fmt::print("{}: {} records hold no events of this version\n", folder.string(), undecodable);
    const bool good = !scan.damaged() && undecodable == 0;
    if (good) {
        fmt::print("{}: good, {} events wait\n", folder.string(),
                   scan.total(&SegmentScan::waiting_events));
    }
    return good;
}

}  // namespace

ExitCode buffer_verify(const BufferArguments& arguments) {
    const std::vector<std::filesystem::path> folders = buffer_folders(arguments.folder);
    bool good = !folders.empty();
    for (const std::filesystem::path& folder : folders) {
        const Result<bool> verified = verify(folder);
        if (!verified)
            fmt::print(stderr, "error: {}\n", verified.error().message);
        good = good && verified && *verified;
    }
    return good ? ExitCode::Ok : ExitCode::Failure;
}

}  // namespace engine::cli
