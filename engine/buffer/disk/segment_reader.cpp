#include "engine/buffer/disk/segment_reader.hpp"

#include <zstd.h>

#include <algorithm>
#include <cstring>

namespace engine::buffer::disk {
namespace {

/// One read-ahead; payloads beyond it are read straight into their slab.
constexpr std::size_t read_ahead = 256 * 1024;

/// An empty reference when the frame is bad.
SlabRef decompress(std::string_view frame, std::size_t raw_length) {
    // The length comes from a checked header, the frame from a checked payload: a mismatch is
    // damage all the same, and must not become an allocation.
    if (ZSTD_getFrameContentSize(frame.data(), frame.size()) != raw_length)
        return {};
    SlabRef raw = SlabRef::with_capacity(raw_length);
    const std::size_t size =
        ZSTD_decompress(raw.spare().data(), raw_length, frame.data(), frame.size());
    if (ZSTD_isError(size) != 0 || size != raw_length)
        return {};
    raw.commit(size);
    return raw;
}

}  // namespace

SegmentReader::SegmentReader(std::unique_ptr<File> file, SegmentId id)
    : file_(std::move(file)), id_(id) {}

Result<std::optional<SegmentHeader>> SegmentReader::read_header() {
    std::array<char, segment_header_size> bytes;
    const std::size_t count = ENGINE_TRY(file_->read(0, bytes));
    std::optional<SegmentHeader> header = decode_segment_header({bytes.data(), count});
    // A version that is not ours is the caller's to refuse, whatever else the header says.
    if (header && header->version == format_version) {
        if (header->id != id_)
            return std::optional<SegmentHeader>{};
        salt_ = header->salt;
    }
    return header;
}

Result<void> SegmentReader::read_into(std::uint64_t offset, std::span<char> out,
                                      Unreadable unreadable, std::size_t& count) {
    const Result<std::size_t> whole = file_->read(offset, out);
    if (whole) {
        count = *whole;
        return {};
    }
    if (unreadable == Unreadable::Fail)
        return std::unexpected(whole.error());
    // Page by page, so that only what the device cannot read is lost.
    count = 0;
    while (count < out.size()) {
        const std::uint64_t at = offset + count;
        const std::size_t step =
            std::min<std::size_t>(page_size - at % page_size, out.size() - count);
        const std::span<char> page = out.subspan(count, step);
        const Result<std::size_t> got = file_->read(at, page);
        if (!got) {
            std::ranges::fill(page, '\0');
        } else if (*got < step) {
            count += *got;
            return {};
        }
        count += step;
    }
    return {};
}

Result<std::string_view> SegmentReader::window(std::uint64_t offset, std::size_t count,
                                               std::uint64_t limit, Unreadable unreadable) {
    if (offset >= limit)
        return std::string_view{};
    count = static_cast<std::size_t>(std::min<std::uint64_t>(count, limit - offset));
    const bool cached = offset >= cache_offset_ && offset + count <= cache_offset_ + cache_.size();
    if (!cached) {
        const auto wanted = static_cast<std::size_t>(
            std::min<std::uint64_t>(std::max(count, read_ahead), limit - offset));
        std::size_t got = 0;
        cache_.resize(wanted);
        cache_offset_ = offset;
        const Result<void> read =
            read_into(offset, {cache_.data(), cache_.size()}, unreadable, got);
        cache_.resize(read ? got : 0);
        if (!read)
            return std::unexpected(read.error());
    }
    const std::size_t begin = static_cast<std::size_t>(offset - cache_offset_);
    return std::string_view(cache_).substr(std::min(begin, cache_.size()), count);
}

std::optional<RecordHeader> SegmentReader::check_header(std::string_view bytes) const {
    if (bytes.size() < record_header_size || !looks_like_record(bytes.data(), id_)) {
        return std::nullopt;
    }
    std::optional<RecordHeader> header = decode_record_header(bytes);
    if (header && salt_ && header->salt != *salt_)
        return std::nullopt;
    return header;
}

Result<std::optional<RecordHeader>> SegmentReader::find_header(std::uint64_t limit,
                                                               Unreadable unreadable) {
    const std::uint64_t start = offset_;
    std::uint64_t at = offset_;
    while (at + record_header_size <= limit) {
        const std::string_view bytes =
            ENGINE_TRY(window(at, record_header_size, limit, unreadable));
        if (bytes.size() < record_header_size)
            break;
        if (const std::optional<RecordHeader> header = check_header(bytes)) {
            // Headerless segment: the first record that checks tells the salt.
            if (!salt_)
                salt_ = header->salt;
            damage_.skipped_bytes += at - start;
            offset_ = at;
            return header;
        }
        at += 8;
    }
    return std::optional<RecordHeader>{};
}

Result<SlabRef> SegmentReader::read_payload(const RecordHeader& header, std::uint64_t limit,
                                            Unreadable unreadable) {
    const std::uint64_t begin = offset_ + record_header_size;
    if (header.length > max_payload || begin + header.length > limit)
        return SlabRef{};
    const std::uint64_t size = ENGINE_TRY(file_->size());
    if (begin + header.length > size)
        return SlabRef{};
    const bool is_compressed = (header.flags & compressed) != 0;
    SlabRef slab;
    std::string_view stored;
    if (header.length <= read_ahead / 2) {
        stored = ENGINE_TRY(window(begin, header.length, limit, unreadable));
        if (stored.size() != header.length)
            return SlabRef{};
        if (!is_compressed)
            slab = SlabRef::copy_of(stored);
    } else {
        slab = SlabRef::with_capacity(header.length);
        std::size_t count = 0;
        ENGINE_TRY(read_into(begin, slab.spare().first(header.length), unreadable, count));
        slab.commit(count);
        if (count != header.length)
            return SlabRef{};
        stored = slab.view();
    }
    if (checksum(stored) != header.payload_checksum)
        return SlabRef{};
    if (!is_compressed)
        return slab;
    return decompress(stored, header.raw_length);
}

Result<std::optional<StoredRecord>> SegmentReader::next(std::uint64_t limit,
                                                        Unreadable unreadable) {
    while (!ended_) {
        const std::optional<RecordHeader> header = ENGINE_TRY(find_header(limit, unreadable));
        if (!header)
            break;
        if ((header->flags & end_of_segment) != 0) {
            ended_ = true;
            break;
        }
        SlabRef payload = ENGINE_TRY(read_payload(*header, limit, unreadable));
        const std::uint64_t at = offset_;
        offset_ = std::min(limit, at + record_size(header->length));
        if (payload)
            return StoredRecord{*header, at, std::move(payload)};
        ++damage_.records;
        damage_.events += header->events;
    }
    return std::optional<StoredRecord>{};
}

}  // namespace engine::buffer::disk
