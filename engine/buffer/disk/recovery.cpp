#include "engine/buffer/disk/recovery.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace engine::buffer::disk {
namespace {

using Path = std::filesystem::path;

/// A segment file and what its header says, if the header is good.
struct Found {
    std::uint64_t size = 0;
    std::optional<SegmentHeader> header;
};
using FoundSegments = std::map<SegmentId, Found>;

/// What reading a segment to its end tells.
struct Tail {
    bool has_records = false;
    std::uint64_t end = segment_header_size;
    std::uint64_t next_number = 0;
    std::uint64_t next_sequence = 0;
};

Result<FoundSegments> list_folder(FileSystem& files, const Path& folder, SegmentStore& store) {
    FoundSegments segments;
    for (const FolderEntry& entry : ENGINE_TRY(files.list(folder))) {
        const FileName name = parse_file_name(entry.name);
        if (name.kind == FileKind::Foreign) {
            return failure(fmt::format(
                "the disk buffer {} holds {}, a file of another program's buffer: move it away, or "
                "set another data_dir",
                folder.string(), entry.name));
        }
        if (name.kind == FileKind::Segment)
            segments[name.id] = {entry.size, std::nullopt};
        if (name.kind == FileKind::Spare)
            store.adopt_spare(name.id, entry.size);
        if (name.kind == FileKind::LedgerNew)
            static_cast<void>(files.remove(folder / entry.name));
    }
    return segments;
}

Result<void> read_headers(FileSystem& files, const Path& folder, FoundSegments& segments) {
    for (auto& [id, found] : segments) {
        const Path path = folder / segment_name(id);
        Result<std::unique_ptr<File>> file = files.open(path, OpenMode::Read);
        if (!file)
            continue;
        SegmentReader reader(std::move(*file), id);
        const auto header = reader.read_header();
        if (!header || !*header)
            continue;
        if ((*header)->version != format_version) {
            return failure(fmt::format(
                "the disk buffer's file {} was written in format {}, this version knows only "
                "format {}: run the version that wrote it until the buffer is empty, or move the "
                "folder away",
                path.string(), (*header)->version, format_version));
        }
        found.header = **header;
    }
    return {};
}

/// Reads all records of a segment; keeps none. An error when the device does not read, unless that
/// is to be stepped over.
Result<Tail> read_tail(const SegmentStore& store, SegmentId id, const Found& found,
                       Unreadable unreadable) {
    Tail tail;
    if (found.header) {
        tail.next_number = found.header->first_number;
        tail.next_sequence = found.header->first_sequence;
    }
    std::unique_ptr<SegmentReader> reader = ENGINE_TRY(store.read(id));
    while (const auto record = ENGINE_TRY(reader->next(found.size, unreadable))) {
        const RecordHeader& header = record->header;
        tail.has_records = true;
        tail.end = record->offset + record_size(header.length);
        tail.next_number = std::max(tail.next_number, header.number + 1);
        tail.next_sequence = std::max(tail.next_sequence, header.sequence + header.events);
    }
    return tail;
}

/// The pages may be in the cache only: what is handed out from now on must not vanish.
/// Returns what the file takes.
std::uint64_t cut_tail(FileSystem& files, const Path& path, std::uint64_t size, std::uint64_t end) {
    Result<std::unique_ptr<File>> file = files.open(path, OpenMode::ReadWrite);
    if (!file)
        return size;
    // A tail that stays is stepped over by the reader.
    const Result<void> cut = (*file)->truncate(end);
    static_cast<void>((*file)->sync());
    return cut ? end : size;
}

}  // namespace

Result<Recovered> recover(FileSystem& files, const Path& folder, SegmentStore& store,
                          LedgerFile& ledger) {
    FoundSegments segments = ENGINE_TRY(list_folder(files, folder, store));
    ENGINE_TRY(read_headers(files, folder, segments));
    const std::optional<LedgerState> loaded = ENGINE_TRY(ledger.load());
    Recovered result;
    if (loaded)
        result.state = *loaded;
    LedgerState& state = result.state;
    for (const auto& [id, found] : segments) {
        SegmentInfo info{.size = found.size, .end = {}, .first_number = {}, .first_sequence = {}};
        if (found.header) {
            info.first_number = found.header->first_number;
            info.first_sequence = found.header->first_sequence;
        }
        store.adopt(id, info);
    }

    std::uint64_t found_number = state.number;
    std::uint64_t found_sequence = state.sequence;
    // From the last segment backwards until one tells where the log ends: an empty one is what a
    // crash between creating and writing leaves behind.
    while (!segments.empty()) {
        const auto& [id, found] = *segments.rbegin();
        Result<Tail> tail = read_tail(store, id, found, Unreadable::Fail);
        const bool unreadable = !tail;
        if (unreadable)
            tail = read_tail(store, id, found, Unreadable::Skip);
        if (!tail)
            return std::unexpected(tail.error());
        found_number = std::max(found_number, tail->next_number);
        found_sequence = std::max(found_sequence, tail->next_sequence);
        state.next_number = std::max(state.next_number, tail->next_number);
        state.next_sequence = std::max(state.next_sequence, tail->next_sequence);
        if (tail->has_records || unreadable) {
            // What cannot be read now may be readable later: only a readable tail is cut.
            const std::uint64_t end = unreadable ? found.size : tail->end;
            const std::uint64_t size =
                unreadable ? end : cut_tail(files, folder / segment_name(id), found.size, end);
            store.seal(id, end, size);
            result.tail_cut_bytes = found.size - std::min(found.size, end);
            result.end = {id, end};
            break;
        }
        store.discard(id);
        segments.erase(id);
    }

    // The ledger counts only what was confirmed: what it knows beyond the log's end was damaged.
    if (state.next_sequence > found_sequence) {
        result.lost_events = state.next_sequence - found_sequence;
        result.lost_records = state.next_number - std::min(state.next_number, found_number);
    }
    // Numbers that the ledger knows may name records that a power cut took: not used again.
    const std::uint64_t marked_end = (state.number / 64 + state.words.size()) * 64;
    state.next_number = std::max({state.next_number, state.number, marked_end, std::uint64_t{1}});
    state.next_sequence = std::max(state.next_sequence, state.sequence);
    if (!loaded && !segments.empty()) {
        const auto& [id, found] = *segments.begin();
        state.position = {id, segment_header_size};
        if (found.header) {
            state.number = found.header->first_number;
            state.sequence = found.header->first_sequence;
        }
    }
    store.skip_to(state.position.segment);
    if (result.end <= state.position) {
        // Nothing is left: go on in a segment of its own, behind everything that was.
        const SegmentId next = std::max(store.next_id(), after(state.position.segment));
        store.skip_to(next);
        result.end = state.position = {next, segment_header_size};
        state.number = state.next_number;
        state.sequence = state.next_sequence;
        state.finished_events = 0;
        state.words.clear();
    }
    return result;
}

}  // namespace engine::buffer::disk
