#pragma once

#include <cstdint>
#include <filesystem>

#include "engine/buffer/disk/buffer_scan.hpp"

namespace engine::buffer::disk {

/// What a repair did.
struct Repair {
    /// As it was before.
    BufferScan before;
    std::uint64_t rewritten_segments = 0;
    bool ledger_rewritten = false;
};

/// Rewrites damaged segments with the good records that wait for delivery, and a damaged ledger.
/// Takes the buffer's lock: an error while a process uses it. Loses nothing that could be read; a
/// crash in the middle repeats deliveries at most.
[[nodiscard]] Result<Repair> repair_buffer(FileSystem& files, const std::filesystem::path& folder);

}  // namespace engine::buffer::disk
