#include "sources/file/content.hpp"

#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

#include <array>
#include <cerrno>
#include <limits>
#include <system_error>

namespace engine::sources::file {

namespace {

constexpr int gzip_window = 15 + 16;

Result<std::size_t> read_at(int descriptor, std::uint64_t position, std::span<char> room) {
    for (;;) {
        const ssize_t count =
            ::pread(descriptor, room.data(), room.size(), static_cast<off_t>(position));
        if (count >= 0) {
            return static_cast<std::size_t>(count);
        }
        if (errno != EINTR) {
            return failure(std::generic_category().message(errno));
        }
    }
}

}  // namespace

/// Expands the file from its beginning; going back starts over. A file may hold several gzip
/// members, and may still grow.
struct Content::Inflation {
    Inflation() { good = ::inflateInit2(&stream, gzip_window) == Z_OK; }
    ~Inflation() { ::inflateEnd(&stream); }
    Inflation(const Inflation&) = delete;
    Inflation& operator=(const Inflation&) = delete;

    z_stream stream{};
    bool good = false;
    std::uint64_t taken = 0;     // bytes read of the file
    std::uint64_t produced = 0;  // bytes that they have expanded to
    std::array<char, 64 << 10> input{};

    Result<std::size_t> read(int descriptor, std::uint64_t position, std::span<char> room) {
        if (position < produced) {
            restart();
        }
        while (produced < position) {
            const std::uint64_t skip = std::min<std::uint64_t>(position - produced, room.size());
            const std::size_t count =
                ENGINE_TRY(expand(descriptor, room.first(static_cast<std::size_t>(skip))));
            if (count == 0) {
                return std::size_t{0};
            }
        }
        return expand(descriptor, room);
    }

private:
    void restart() {
        ::inflateReset(&stream);
        stream.avail_in = 0;
        taken = produced = 0;
        good = true;
    }

    Result<std::size_t> expand(int descriptor, std::span<char> room) {
        stream.next_out = reinterpret_cast<Bytef*>(room.data());
        stream.avail_out = static_cast<uInt>(room.size());
        while (stream.avail_out > 0 && good) {
            if (stream.avail_in == 0) {
                const std::size_t count = ENGINE_TRY(read_at(descriptor, taken, input));
                if (count == 0) {
                    break;
                }
                taken += count;
                stream.next_in = reinterpret_cast<Bytef*>(input.data());
                stream.avail_in = static_cast<uInt>(count);
            }
            const int status = ::inflate(&stream, Z_NO_FLUSH);
            if (status == Z_STREAM_END) {
                ::inflateReset(&stream);
            } else if (status != Z_OK && status != Z_BUF_ERROR) {
                good = false;
            }
        }
        const std::size_t count = room.size() - stream.avail_out;
        produced += count;
        if (count == 0 && !good) {
            return failure("the gzip data is corrupt");
        }
        return count;
    }
};

Content::Content(int descriptor) : descriptor_(descriptor) {
    std::array<char, 2> magic{};
    const auto count = read_at(descriptor, 0, magic);
    if (count && *count == 2 && magic[0] == '\x1f' && magic[1] == '\x8b') {
        inflation_ = std::make_unique<Inflation>();
    }
}

Content::~Content() {
    ::close(descriptor_);
}

std::unique_ptr<Content> Content::open(const std::string& path) {
    // Not blocking, so that a pipe of that name cannot hold the thread.
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0) {
        return nullptr;
    }
    struct stat status{};
    if (::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) {
        ::close(descriptor);
        errno = EINVAL;
        return nullptr;
    }
    return std::unique_ptr<Content>(new Content(descriptor));
}

Result<std::size_t> Content::read(std::uint64_t position, std::span<char> room) {
    return inflation_ != nullptr ? inflation_->read(descriptor_, position, room)
                                 : read_at(descriptor_, position, room);
}

struct stat Content::status() const {
    struct stat status{};
    (void)::fstat(descriptor_, &status);
    return status;
}

std::uint64_t Content::size() const {
    return compressed() ? std::numeric_limits<std::uint64_t>::max()
                        : static_cast<std::uint64_t>(status().st_size);
}

}  // namespace engine::sources::file
