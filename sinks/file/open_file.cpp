#include "sinks/file/open_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

namespace engine::file_sink {

namespace {

int open_descriptor(const std::string& path) {
    int descriptor = -1;
    do {
        descriptor = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
    } while (descriptor < 0 && errno == EINTR);
    return descriptor;
}

/// Appends all of `bytes`; `written` says how many went in, also after an error.
bool write_all(int descriptor, std::string_view bytes, std::size_t& written) {
    while (written < bytes.size()) {
        const ssize_t count = ::write(descriptor, bytes.data() + written, bytes.size() - written);
        if (count >= 0) {
            written += static_cast<std::size_t>(count);
        } else if (errno != EINTR) {
            return false;
        }
    }
    return true;
}

}  // namespace

bool FileError::temporary() const {
    switch (code) {
        case ENOSPC:
        case EDQUOT:
        case EIO:
        case EMFILE:
        case ENFILE:
        case ENOMEM:
        case EAGAIN:
        case ESTALE:
        case EROFS:
            return true;
        default:
            return false;
    }
}

std::string FileError::message() const {
    return code == 0 ? text : fmt::format("{} (os error {})", std::strerror(code), code);
}

FileError FileError::last() {
    return {errno, {}};
}

std::expected<OpenFile, FileError> OpenFile::open(const std::string& path,
                                                  Compression compression) {
    auto compressor = StreamCompressor::make(compression);
    if (!compressor) {
        return std::unexpected(FileError{0, compressor.error().message});
    }
    int descriptor = open_descriptor(path);
    if (descriptor < 0 && errno == ENOENT) {
        std::error_code error;
        std::filesystem::create_directories(std::filesystem::path(path).parent_path(), error);
        if (error) {
            return std::unexpected(FileError{error.value(), {}});
        }
        descriptor = open_descriptor(path);
    }
    if (descriptor < 0) {
        return std::unexpected(FileError::last());
    }
    return OpenFile(descriptor, std::move(*compressor));
}

OpenFile::OpenFile(OpenFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      compressor_(std::move(other.compressor_)),
      pending_(std::move(other.pending_)) {}

OpenFile& OpenFile::operator=(OpenFile&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    std::swap(compressor_, other.compressor_);
    std::swap(pending_, other.pending_);
    return *this;
}

OpenFile::~OpenFile() {
    if (descriptor_ >= 0) {
        ::close(descriptor_);
    }
}

OpenFile::Written OpenFile::write(std::string_view bytes) {
    return compressor_ ? compress(bytes, StreamCompressor::Flush::None) : write_plain(bytes);
}

OpenFile::Written OpenFile::flush() {
    return compressor_ ? compress({}, StreamCompressor::Flush::Sync) : Written(0);
}

OpenFile::Written OpenFile::finish() {
    return compressor_ ? compress({}, StreamCompressor::Flush::Finish) : Written(0);
}

std::expected<void, FileError> OpenFile::truncate() {
    if (compressor_) {
        // What comes next begins a stream of its own.
        if (Result<void> ended = compressor_->append({}, StreamCompressor::Flush::Finish, pending_);
            !ended) {
            return std::unexpected(FileError{0, ended.error().message});
        }
        pending_.clear();
    }
    if (::ftruncate(descriptor_, 0) != 0) {
        return std::unexpected(FileError::last());
    }
    return {};
}

OpenFile::Written OpenFile::compress(std::string_view bytes, StreamCompressor::Flush flush) {
    // While the disk takes nothing, nothing more is taken in: memory stays bounded.
    std::size_t total = 0;
    if (!pending_.empty()) {
        const Written before = write_pending();
        if (!before) {
            return before;
        }
        total = *before;
    }
    if (Result<void> compressed = compressor_->append(bytes, flush, pending_); !compressed) {
        return std::unexpected(FileError{0, compressed.error().message});
    }
    const Written after = write_pending();
    return after ? Written(total + *after) : after;
}

OpenFile::Written OpenFile::write_pending() {
    std::size_t written = 0;
    const bool all = write_all(descriptor_, pending_.view(), written);
    const FileError error = FileError::last();
    const std::size_t left = pending_.size() - written;
    if (left > 0) {
        std::memmove(pending_.data(), pending_.data() + written, left);
    }
    pending_.truncate(left);
    return all ? Written(written) : std::unexpected(error);
}

OpenFile::Written OpenFile::write_plain(std::string_view bytes) {
    std::size_t written = 0;
    if (!write_all(descriptor_, bytes, written)) {
        const FileError error = FileError::last();
        take_back(written);
        return std::unexpected(error);
    }
    return written;
}

/// Only when nobody else has appended since.
void OpenFile::take_back(std::size_t written) const {
    if (written == 0) {
        return;
    }
    const off_t end = ::lseek(descriptor_, 0, SEEK_CUR);
    struct stat status{};
    if (end < static_cast<off_t>(written) || ::fstat(descriptor_, &status) != 0 ||
        status.st_size != end) {
        return;
    }
    // When it fails the line stays torn: there is nothing else to be done on such a disk.
    [[maybe_unused]] const int result = ::ftruncate(descriptor_, end - static_cast<off_t>(written));
}

}  // namespace engine::file_sink
