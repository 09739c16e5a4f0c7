#include "engine/buffer/disk/segment_store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <tuple>

namespace engine::buffer::disk {
namespace {

constexpr std::uint64_t largest_segment = std::uint64_t{64} << 20;
constexpr std::size_t max_spares = 2;

std::uint32_t random_salt() {
    std::random_device device;
    return static_cast<std::uint32_t>(device());
}

}  // namespace

std::uint64_t segment_size_for(std::uint64_t max_size) {
    const std::uint64_t size = std::min(largest_segment, max_size / 8);
    return std::max<std::uint64_t>(size / page_size * page_size, page_size);
}

std::optional<std::uint64_t> new_capacity(std::uint64_t segment_size, std::uint64_t free,
                                          std::uint64_t record_bytes) {
    const std::uint64_t needed = segment_header_size + record_bytes + record_header_size;
    if (free < needed)
        return std::nullopt;
    const std::uint64_t capacity = std::min(std::max(needed, segment_size), free);
    // Crumbs of segments would cost more files than they are worth.
    if (capacity < segment_size / 4)
        return std::nullopt;
    return capacity;
}

SegmentStore::SegmentStore(FileSystem& files, std::filesystem::path folder, std::uint64_t max_size)
    : files_(files),
      folder_(std::move(folder)),
      max_size_(max_size),
      segment_size_(segment_size_for(max_size)) {}

void SegmentStore::adopt(SegmentId id, const SegmentInfo& info) {
    const std::lock_guard guard(mutex_);
    segments_[id] = info;
    next_id_ = std::max(next_id_, after(id));
}

void SegmentStore::adopt_spare(SegmentId id, std::uint64_t size) {
    const std::lock_guard guard(mutex_);
    spares_[id] = size;
    next_id_ = std::max(next_id_, after(id));
}

void SegmentStore::skip_to(SegmentId next) {
    const std::lock_guard guard(mutex_);
    next_id_ = std::max(next_id_, next);
}

Result<std::unique_ptr<File>> SegmentStore::take_file(SegmentId id, std::uint64_t& existing_size) {
    std::optional<std::pair<SegmentId, std::uint64_t>> spare;
    {
        const std::lock_guard guard(mutex_);
        if (!spares_.empty()) {
            spare = *spares_.begin();
            spares_.erase(spares_.begin());
        }
    }
    const std::filesystem::path path = folder_ / segment_name(id);
    if (spare) {
        const Result<void> renamed = files_.rename(folder_ / spare_name(spare->first), path);
        if (!renamed) {
            note_stuck(spare_name(spare->first), spare->second);
            return std::unexpected(renamed.error());
        }
        existing_size = spare->second;
    }
    return files_.open(path, OpenMode::Create);
}

Result<std::unique_ptr<SegmentWriter>> SegmentStore::create(std::uint64_t capacity,
                                                            std::uint64_t first_number,
                                                            std::uint64_t first_sequence) {
    // A spare that is reused turns into the segment, so only the others count.
    if (!trim_spares(capacity))
        return failure(
            fmt::format("no room in {}: an old segment cannot be removed", folder_.string()));
    SegmentId id{};
    {
        const std::lock_guard guard(mutex_);
        id = next_id_;
        next_id_ = after(id);
    }
    std::uint64_t existing_size = 0;
    Result<std::unique_ptr<File>> file = take_file(id, existing_size);
    if (file && existing_size > capacity) {
        const Result<void> cut = (*file)->truncate(capacity);
        if (cut) {
            existing_size = capacity;
        } else {
            file = std::unexpected(cut.error());
        }
    }
    if (file) {
        const Result<void> synced = files_.sync_folder(folder_);
        if (!synced)
            file = std::unexpected(synced.error());
    }
    if (!file) {
        const Result<void> removed = files_.remove(folder_ / segment_name(id));
        if (!removed)
            note_stuck(segment_name(id), existing_size);
        return std::unexpected(file.error());
    }
    {
        const std::lock_guard guard(mutex_);
        segments_[id] = {.size = capacity,
                         .end = std::nullopt,
                         .first_number = first_number,
                         .first_sequence = first_sequence};
    }
    const SegmentHeader header{.salt = random_salt(),
                               .id = id,
                               .first_number = first_number,
                               .first_sequence = first_sequence};
    return std::make_unique<SegmentWriter>(std::move(*file), header, capacity, existing_size);
}

void SegmentStore::seal(SegmentId id, std::uint64_t end, std::uint64_t size) {
    const std::lock_guard guard(mutex_);
    const auto found = segments_.find(id);
    if (found == segments_.end())
        return;
    found->second.end = end;
    found->second.size = size;
}

void SegmentStore::discard(SegmentId id) {
    const Result<void> removed = files_.remove(folder_ / segment_name(id));
    const std::lock_guard guard(mutex_);
    if (removed) {
        segments_.erase(id);
    } else if (const auto found = segments_.find(id); found != segments_.end()) {
        found->second.end = segment_header_size;
    }
}

void SegmentStore::drop(SegmentId id) {
    const std::lock_guard guard(mutex_);
    const auto found = segments_.find(id);
    if (found == segments_.end())
        return;
    dropped_[id] = found->second.size;
    segments_.erase(found);
}

bool SegmentStore::has_dropped() const {
    const std::lock_guard guard(mutex_);
    return !dropped_.empty();
}

std::size_t SegmentStore::remove_dropped() {
    std::map<SegmentId, std::uint64_t> dropped;
    {
        const std::lock_guard guard(mutex_);
        dropped = dropped_;
    }
    std::size_t removed = remove_stuck();
    for (const auto& [id, size] : dropped) {
        if (!retire(id, size))
            continue;
        ++removed;
        const std::lock_guard guard(mutex_);
        dropped_.erase(id);
    }
    if (removed > 0)
        static_cast<void>(files_.sync_folder(folder_));
    return removed;
}

bool SegmentStore::retire(SegmentId id, std::uint64_t size) {
    const std::filesystem::path path = folder_ / segment_name(id);
    bool keep = false;
    {
        const std::lock_guard guard(mutex_);
        keep = spares_.size() < max_spares && size >= segment_size_ / 2 && size <= segment_size_;
    }
    const Result<void> gone =
        keep ? files_.rename(path, folder_ / spare_name(id)) : files_.remove(path);
    const std::lock_guard guard(mutex_);
    if (!gone)
        return false;
    segments_.erase(id);
    if (keep)
        spares_[id] = size;
    return true;
}

std::size_t SegmentStore::retire_before(SegmentId first) {
    std::map<SegmentId, SegmentInfo> finished;
    {
        const std::lock_guard guard(mutex_);
        finished.insert(segments_.begin(), segments_.lower_bound(first));
    }
    std::size_t retired = 0;
    for (const auto& [id, info] : finished) {
        if (retire(id, info.size))
            ++retired;
    }
    // Not durable is harmless: the ledger finishes them, should they come back.
    if (retired > 0)
        static_cast<void>(files_.sync_folder(folder_));
    return retired;
}

bool SegmentStore::trim_spares(std::uint64_t wanted) {
    for (;;) {
        SegmentId victim{};
        std::uint64_t victim_size = 0;
        {
            const std::lock_guard guard(mutex_);
            const std::uint64_t live = wanted + live_bytes_locked();
            std::uint64_t spare = spare_bytes_locked();
            // The first spare becomes the wanted segment.
            const std::size_t reused = wanted > 0 && !spares_.empty() ? 1 : 0;
            if (reused == 1)
                spare -= spares_.begin()->second;
            const bool fits = live + spare <= max_size_;
            if (spares_.size() == reused || (spares_.size() <= max_spares && fits))
                return fits;
            std::tie(victim, victim_size) = *spares_.rbegin();
            spares_.erase(victim);
        }
        if (!files_.remove(folder_ / spare_name(victim)))
            note_stuck(spare_name(victim), victim_size);
    }
}

void SegmentStore::note_stuck(std::string name, std::uint64_t size) {
    const std::lock_guard guard(mutex_);
    stuck_[std::move(name)] = size;
}

std::size_t SegmentStore::remove_stuck() {
    std::map<std::string, std::uint64_t> stuck;
    {
        const std::lock_guard guard(mutex_);
        if (stuck_.empty())
            return 0;
        stuck = stuck_;
    }
    std::size_t removed = 0;
    for (const auto& [name, size] : stuck) {
        if (!files_.remove(folder_ / name))
            continue;
        ++removed;
        const std::lock_guard guard(mutex_);
        stuck_.erase(name);
    }
    return removed;
}

std::uint64_t SegmentStore::live_bytes_locked() const {
    std::uint64_t sum = 0;
    for (const auto& [name, size] : stuck_)
        sum += size;
    for (const auto& [id, info] : segments_)
        sum += info.size;
    for (const auto& [id, size] : dropped_)
        sum += size;
    return sum;
}

std::uint64_t SegmentStore::spare_bytes_locked() const {
    std::uint64_t sum = 0;
    for (const auto& [id, size] : spares_)
        sum += size;
    return sum;
}

std::uint64_t SegmentStore::live_bytes() const {
    const std::lock_guard guard(mutex_);
    return live_bytes_locked();
}

std::uint64_t SegmentStore::spare_bytes() const {
    const std::lock_guard guard(mutex_);
    return spare_bytes_locked();
}

SegmentId SegmentStore::next_id() const {
    const std::lock_guard guard(mutex_);
    return next_id_;
}

SegmentId SegmentStore::oldest() const {
    const std::lock_guard guard(mutex_);
    return segments_.empty() ? next_id_ : segments_.begin()->first;
}

std::optional<SegmentInfo> SegmentStore::find(SegmentId id) const {
    const std::lock_guard guard(mutex_);
    const auto found = segments_.find(id);
    if (found == segments_.end())
        return std::nullopt;
    return found->second;
}

std::optional<SegmentId> SegmentStore::next_after(SegmentId id) const {
    const std::lock_guard guard(mutex_);
    const auto found = segments_.upper_bound(id);
    if (found == segments_.end())
        return std::nullopt;
    return found->first;
}

Result<std::unique_ptr<SegmentReader>> SegmentStore::read(SegmentId id) const {
    std::unique_ptr<File> file =
        ENGINE_TRY(files_.open(folder_ / segment_name(id), OpenMode::Read));
    auto reader = std::make_unique<SegmentReader>(std::move(file), id);
    static_cast<void>(reader->read_header());
    return reader;
}

}  // namespace engine::buffer::disk
