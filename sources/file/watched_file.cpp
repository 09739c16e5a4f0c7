#include "sources/file/watched_file.hpp"

#include <array>
#include <cstring>

namespace engine::sources::file {

namespace {

constexpr std::size_t head_size = 64;

}  // namespace

FileIdentity identity_of(const struct stat& status) {
    return {status.st_dev, status.st_ino};
}

WatchedFile::WatchedFile(Fingerprint fingerprint, std::string path,
                         std::unique_ptr<Content> content, std::shared_ptr<FileStream> stream,
                         std::uint64_t position)
    : fingerprint_(fingerprint),
      path_(std::make_shared<const std::string>(std::move(path))),
      content_(std::move(content)),
      identity_(identity_of(content_->status())),
      stream_(std::move(stream)),
      position_(position) {
    age = modified = content_->status().st_mtim;
    remember_head();
}

Result<WatchedFile::Outcome> WatchedFile::read(const LineRules& rules, ReadBuffer& buffer) {
    const std::size_t kept = begun_.size();
    if (buffer.slab.capacity() < kept + ReadBuffer::block_size) {
        buffer.slab = SlabRef::with_capacity(2 * kept + ReadBuffer::block_size);
    }
    char* data = buffer.slab.spare().data();
    std::memcpy(data, begun_.data(), kept);
    const std::size_t count =
        ENGINE_TRY(content_->read(position_, {data + kept, ReadBuffer::block_size}));
    Outcome outcome;
    outcome.bytes = count;
    // A short read of a plain file means its end.
    if (count == 0 || (count < ReadBuffer::block_size && !content_->compressed())) {
        outcome.step = Step::AtEnd;
    }
    if (count == 0) {
        return outcome;
    }
    const std::uint64_t first = position_ - kept;
    position_ += count;
    std::string_view text(data, kept + count);
    std::size_t begin = 0;
    if (dropping_) {
        const std::size_t found = rules.delimiter.find(text, 0);
        if (found == std::string_view::npos) {
            begun_ = text.substr(text.size() - std::min(text.size(), rules.delimiter.size() - 1));
            return outcome;
        }
        dropping_ = false;
        begin = found + rules.delimiter.size();
        text.remove_prefix(begin);
    }
    const std::size_t searched =
        begin > 0 || kept < rules.delimiter.size() ? 0 : kept - rules.delimiter.size() + 1;
    std::size_t end =
        text.empty() ? std::string_view::npos : rules.delimiter.last_end(text, searched);
    end = end == std::string_view::npos ? 0 : end;
    begun_ = text.substr(end);
    if (begun_.size() > rules.max_line_bytes + rules.delimiter.size()) {
        begun_.clear();
        dropping_ = outcome.dropped = true;
    }
    if (end > 0) {
        outcome.block = make_block(buffer, begin, begin + end, first + begin);
    }
    return outcome;
}

/// Events keep the whole slab, so that a little of it is copied out.
Block WatchedFile::make_block(ReadBuffer& buffer, std::size_t begin, std::size_t end,
                              std::uint64_t offset) const {
    const char* data = buffer.slab.spare().data();
    const std::size_t size = end - begin;
    Block block{stream_, path_, {}, {}, offset, offset + size};
    if (size < buffer.slab.capacity() / 2) {
        block.slab = SlabRef::copy_of({data + begin, size});
        block.bytes = block.slab.view();
    } else {
        buffer.slab.commit(end);
        block.slab = std::exchange(buffer.slab, {});
        block.bytes = block.slab.view().substr(begin);
    }
    return block;
}

std::optional<Block> WatchedFile::last_line(const LineDelimiter& delimiter) {
    if (begun_.empty() || dropping_) {
        return std::nullopt;
    }
    Block block{stream_,
                path_,
                SlabRef::with_capacity(begun_.size() + delimiter.size()),
                {},
                position_ - begun_.size(),
                position_};
    block.slab.append(begun_);
    block.slab.append(delimiter.bytes());
    block.bytes = block.slab.view();
    begun_.clear();
    return block;
}

void WatchedFile::remember_head() {
    head_.resize(head_size);
    const Result<std::size_t> count =
        content_->compressed() ? Result<std::size_t>(0) : content_->read(0, head_);
    head_.resize(count.value_or(0));
}

bool WatchedFile::replaced() {
    if (content_->compressed()) {
        return false;
    }
    if (content_->size() < position_) {
        return true;
    }
    std::array<char, head_size> now{};
    const Result<std::size_t> count = content_->read(0, {now.data(), now.size()});
    const bool same =
        count && *count >= head_.size() && std::memcmp(now.data(), head_.data(), head_.size()) == 0;
    if (same && head_.size() < head_size) {
        head_.assign(now.data(), *count);
    }
    return !same;
}

void WatchedFile::restart() {
    position_ = 0;
    begun_.clear();
    dropping_ = false;
    remember_head();
}

void WatchedFile::move_to(std::string path, std::unique_ptr<Content> content) {
    rename(std::move(path));
    content_ = std::move(content);
    identity_ = identity_of(content_->status());
    remember_head();
}

void WatchedFile::rename(std::string path) {
    path_ = std::make_shared<const std::string>(std::move(path));
}

}  // namespace engine::sources::file
