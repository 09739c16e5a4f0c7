#include <fmt/format.h>

#include "engine/buffer/disk/buffer_repair.hpp"
#include "engine/cli/buffer/buffer.hpp"

namespace engine::cli {
namespace {

using buffer::disk::Repair;
using buffer::disk::SegmentScan;

void print_repair(const std::filesystem::path& folder, const Repair& repair) {
    if (repair.rewritten_segments == 0 && !repair.ledger_rewritten) {
        fmt::print("{}: nothing to repair\n", folder.string());
        return;
    }
    fmt::print(
        "{}: {} segments{} rewritten; {} events in {} damaged places are lost, {} events "
        "are kept\n",
        folder.string(), repair.rewritten_segments,
        repair.ledger_rewritten ? " and the ledger" : "",
        repair.before.total(&SegmentScan::lost_events),
        repair.before.total(&SegmentScan::damaged_places),
        repair.before.total(&SegmentScan::waiting_events));
}

}  // namespace

ExitCode buffer_repair(const BufferArguments& arguments) {
    const std::vector<std::filesystem::path> folders = buffer_folders(arguments.folder);
    bool failed = folders.empty();
    for (const std::filesystem::path& folder : folders) {
        const Result<Repair> repair =
            buffer::disk::repair_buffer(buffer::disk::real_file_system(), folder);
        if (repair) {
            print_repair(folder, *repair);
        } else {
            fmt::print(stderr, "error: {}\n", repair.error().message);
            failed = true;
        }
    }
    return failed ? ExitCode::Failure : ExitCode::Ok;
}

}  // namespace engine::cli
