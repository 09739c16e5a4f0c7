#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/buffer/disk/file_system.hpp"
#include "engine/buffer/disk/format.hpp"

namespace engine::buffer::disk {

/// Records beyond P that may be in flight; the bitmap has one word more, because P need not begin a
/// word.
inline constexpr std::uint64_t window_records = 65'536;
inline constexpr std::size_t max_ledger_words = window_records / 64 + 1;

/// What a ledger slot says: everything before `position` is finished, and what the bitmap marks.
struct LedgerState {
    Position position{SegmentId{0}, segment_header_size};
    std::uint64_t number = 0;
    std::uint64_t sequence = 0;
    std::uint64_t next_number = 0;
    std::uint64_t next_sequence = 0;
    std::uint64_t finished_events = 0;
    /// Bit b of word w is record number 64 * (number / 64 + w) + b.
    std::vector<std::uint64_t> words;
};

/// A slot as found: its state, or the version that wrote it when that is not ours.
struct LedgerSlot {
    std::uint32_t version = format_version;
    std::uint64_t generation = 0;
    LedgerState state;
};

inline constexpr std::size_t ledger_slot_stride = 3 * page_size;

[[nodiscard]] std::string encode_slot(const LedgerState& state, std::uint64_t generation);
/// None when the slot is damaged or was never written.
[[nodiscard]] std::optional<LedgerSlot> decode_slot(std::string_view bytes);

/// The ledger file. Opened at start; then used by the writer thread only.
class LedgerFile {
public:
    LedgerFile(FileSystem& files, std::filesystem::path folder)
        : files_(files), folder_(std::move(folder)) {}

    /// The state that holds, none when there is no good slot. An error only for a format version
    /// that is not ours.
    [[nodiscard]] Result<std::optional<LedgerState>> load();
    /// Writes the state without syncing. After a failure the next call makes a new file.
    [[nodiscard]] Result<void> write(const LedgerState& state);
    /// Everything written is durable, and the next write goes to the other slot.
    [[nodiscard]] Result<void> sync();
    [[nodiscard]] bool unsynced() const { return unsynced_; }

private:
    Result<void> replace(const LedgerState& state);

    FileSystem& files_;
    std::filesystem::path folder_;
    std::unique_ptr<File> file_;
    std::uint64_t generation_ = 0;
    std::size_t slot_ = 0;
    bool unsynced_ = false;
};

}  // namespace engine::buffer::disk
