#pragma once

#include <cstdint>
#include <filesystem>

#include "engine/buffer/disk/ledger.hpp"
#include "engine/buffer/disk/segment_store.hpp"

namespace engine::buffer::disk {

/// What start-up found out.
struct Recovered {
    LedgerState state;
    /// Behind the last record: the reader stops there.
    Position end;
    /// Confirmed records that are no longer at the end of the log.
    std::uint64_t lost_records = 0;
    std::uint64_t lost_events = 0;
    /// Bytes behind the last valid record that were cut off, zero fill included.
    std::uint64_t tail_cut_bytes = 0;
};

/// Reads the folder's list, the ledger, the segments' headers and the last segment, and cuts the
/// last segment's tail: time and memory do not grow with the backlog. Never fails because of
/// damage; fails for a format that is not ours, or a folder that cannot be listed. Runs before the
/// writer thread.
[[nodiscard]] Result<Recovered> recover(FileSystem& files, const std::filesystem::path& folder,
                                        SegmentStore& store, LedgerFile& ledger);

}  // namespace engine::buffer::disk
