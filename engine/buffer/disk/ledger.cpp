#include "engine/buffer/disk/ledger.hpp"

#include <fmt/format.h>

#include <cstring>

namespace engine::buffer::disk {
namespace {

constexpr std::string_view ledger_magic = "ENGLEDGR";
constexpr std::size_t slot_header_size = 96;
constexpr std::size_t checksum_offset = 88;

/// The checksum field lies between what it covers: checksum both parts as one string.
std::uint64_t slot_checksum(const char* slot, std::size_t words) {
    std::string covered(slot, checksum_offset);
    covered.append(slot + slot_header_size, words * 8);
    return checksum(covered);
}

}  // namespace

std::string encode_slot(const LedgerState& state, std::uint64_t generation) {
    std::string slot(slot_header_size + state.words.size() * 8, '\0');
    char* p = slot.data();
    std::memcpy(p, ledger_magic.data(), ledger_magic.size());
    store<std::uint32_t>(p + 8, format_version);
    store<std::uint32_t>(p + 12, static_cast<std::uint32_t>(state.words.size()));
    const std::array fields{generation,
                            value_of(state.position.segment),
                            state.position.offset,
                            state.number,
                            state.sequence,
                            state.next_number,
                            state.next_sequence,
                            state.finished_events};
    for (std::size_t i = 0; i < fields.size(); ++i)
        store<std::uint64_t>(p + 16 + 8 * i, fields[i]);
    for (std::size_t i = 0; i < state.words.size(); ++i) {
        store<std::uint64_t>(p + slot_header_size + 8 * i, state.words[i]);
    }
    store<std::uint64_t>(p + checksum_offset, slot_checksum(p, state.words.size()));
    return slot;
}

std::optional<LedgerSlot> decode_slot(std::string_view bytes) {
    if (bytes.size() < slot_header_size || !bytes.starts_with(ledger_magic))
        return std::nullopt;
    const char* p = bytes.data();
    const std::size_t words = load<std::uint32_t>(p + 12);
    if (words > max_ledger_words || bytes.size() < slot_header_size + words * 8) {
        return std::nullopt;
    }
    if (load<std::uint64_t>(p + checksum_offset) != slot_checksum(p, words))
        return std::nullopt;
    const auto field = [p](std::size_t index) { return load<std::uint64_t>(p + 16 + 8 * index); };
    LedgerSlot slot{.version = load<std::uint32_t>(p + 8), .generation = field(0), .state = {}};
    slot.state = {.position = {SegmentId{field(1)}, field(2)},
                  .number = field(3),
                  .sequence = field(4),
                  .next_number = field(5),
                  .next_sequence = field(6),
                  .finished_events = field(7),
                  .words = {}};
    for (std::size_t i = 0; i < words; ++i) {
        slot.state.words.push_back(load<std::uint64_t>(p + slot_header_size + 8 * i));
    }
    return slot;
}

Result<std::optional<LedgerState>> LedgerFile::load() {
    std::optional<LedgerState> best;
    Result<std::unique_ptr<File>> file = files_.open(folder_ / "ledger", OpenMode::ReadWrite);
    if (!file)
        return best;
    std::string bytes(ledger_slot_stride, '\0');
    for (std::size_t slot = 0; slot < 2; ++slot) {
        const Result<std::size_t> count =
            (*file)->read(slot * ledger_slot_stride, {bytes.data(), bytes.size()});
        if (!count)
            continue;
        std::optional<LedgerSlot> found = decode_slot(std::string_view(bytes).substr(0, *count));
        if (!found)
            continue;
        if (found->version != format_version) {
            return failure(fmt::format(
                "the disk buffer {} was written in format {}, this version knows only format {}: "
                "run the version that wrote it until the buffer is empty, or move the folder away",
                folder_.string(), found->version, format_version));
        }
        if (best && found->generation <= generation_)
            continue;
        generation_ = found->generation;
        slot_ = 1 - slot;  // the good one stays untouched until a newer one is durable
        best = std::move(found->state);
    }
    // A file without a good slot is replaced as a whole by the first write.
    if (best)
        file_ = std::move(*file);
    return best;
}

Result<void> LedgerFile::replace(const LedgerState& state) {
    const std::filesystem::path path = folder_ / "ledger.new";
    std::unique_ptr<File> file = ENGINE_TRY(files_.open(path, OpenMode::Create));
    // Both slots at their full length: later writes need no space, even when the disk is full.
    std::string bytes = encode_slot(state, ++generation_);
    bytes.resize(2 * ledger_slot_stride, '\0');
    const std::string_view piece = bytes;
    ENGINE_TRY(write_all(*file, 0, {&piece, 1}));
    ENGINE_TRY(file->sync());
    ENGINE_TRY(files_.rename(path, folder_ / "ledger"));
    ENGINE_TRY(files_.sync_folder(folder_));
    file_ = std::move(file);
    slot_ = 1;
    unsynced_ = false;
    return {};
}

Result<void> LedgerFile::write(const LedgerState& state) {
    if (!file_)
        return replace(state);
    const std::string slot = encode_slot(state, ++generation_);
    const std::string_view piece = slot;
    Result<void> written = write_all(*file_, slot_ * ledger_slot_stride, {&piece, 1});
    unsynced_ = true;
    if (!written)
        file_.reset();
    return written;
}

Result<void> LedgerFile::sync() {
    if (!unsynced_)
        return {};
    if (!file_)
        return failure("the ledger of the disk buffer has no file");
    Result<void> synced = file_->sync();
    if (!synced) {
        // Never synced again: the next write makes a new file.
        file_.reset();
        return synced;
    }
    unsynced_ = false;
    slot_ = 1 - slot_;
    return {};
}

}  // namespace engine::buffer::disk
