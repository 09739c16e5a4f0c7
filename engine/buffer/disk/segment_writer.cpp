#include "engine/buffer/disk/segment_writer.hpp"

#include <algorithm>
#include <array>

namespace engine::buffer::disk {
namespace {

/// Below this, copying is cheaper than a piece of its own in the vectored write.
constexpr std::size_t copy_limit = 8 * 1024;
constexpr std::array<char, page_size> zeros{};

}  // namespace

SegmentWriter::SegmentWriter(std::unique_ptr<File> file, const SegmentHeader& header,
                             std::uint64_t capacity, std::uint64_t existing_size)
    : file_(std::move(file)), header_(header), capacity_(capacity), file_size_(existing_size) {
    std::array<char, segment_header_size> bytes;
    encode(header_, bytes);
    stage_bytes({bytes.data(), bytes.size()});
}

bool SegmentWriter::fits(std::uint64_t record_bytes) const {
    return record_bytes <= room();
}

std::uint64_t SegmentWriter::room() const {
    const std::uint64_t used = end_ + record_header_size;
    return used < capacity_ ? capacity_ - used : 0;
}

void SegmentWriter::stage_bytes(std::string_view bytes) {
    if (pieces_.empty() || pieces_.back().payload != nullptr) {
        pieces_.push_back({nullptr, staging_.size(), 0});
    }
    staging_.append(bytes);
    pieces_.back().size += bytes.size();
}

std::uint64_t SegmentWriter::stage(RecordHeader header, std::string_view payload) {
    const std::uint64_t offset = end_;
    header.segment = header_.id;
    header.salt = header_.salt;
    std::array<char, record_header_size> bytes;
    encode(header, bytes);
    stage_bytes({bytes.data(), bytes.size()});
    if (payload.size() < copy_limit) {
        stage_bytes(payload);
    } else {
        pieces_.push_back({payload.data(), 0, payload.size()});
    }
    const std::uint64_t size = record_size(payload.size());
    stage_bytes({zeros.data(), size - record_header_size - payload.size()});
    end_ += size;
    return offset;
}

Result<void> SegmentWriter::flush() {
    if (staged_bytes() == 0)
        return {};
    // Whole pages only: overwriting a part of a page that is not cached would read it first.
    const std::uint64_t page_end = (end_ + page_size - 1) / page_size * page_size;
    const std::uint64_t fill_end = std::max(end_, std::min(page_end, capacity_));
    views_.clear();
    for (const Piece& piece : pieces_) {
        views_.emplace_back(
            piece.payload != nullptr ? piece.payload : staging_.data() + piece.begin, piece.size);
    }
    views_.emplace_back(zeros.data(), fill_end - end_);
    ENGINE_TRY(write_all(*file_, written_end_, views_));
    file_size_ = std::max(file_size_, fill_end);
    written_end_ = end_;
    staging_.clear();
    pieces_.clear();
    return {};
}

Result<void> SegmentWriter::sync() {
    ENGINE_TRY(flush());
    if (synced_end_ == end_)
        return {};
    ENGINE_TRY(file_->sync());
    synced_end_ = end_;
    return {};
}

Result<void> SegmentWriter::seal() {
    const std::uint64_t last_record_end = end_;
    stage({.flags = end_of_segment}, {});
    ENGINE_TRY(sync());
    end_ = written_end_ = synced_end_ = last_record_end;
    return {};
}

Result<void> SegmentWriter::cut(std::uint64_t end) {
    ENGINE_TRY(file_->truncate(end));
    file_size_ = end;
    return {};
}

}  // namespace engine::buffer::disk
