#include "engine/buffer/disk/file_system.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

namespace engine::buffer::disk {
namespace {

using Path = std::filesystem::path;

std::unexpected<Error> system_failure(std::string_view action, const Path& path) {
    return failure(fmt::format("cannot {} {}: {}", action, path.string(),
                               std::generic_category().message(errno)));
}

/// A file descriptor with its path, for error sentences.
class RealFile final : public File {
public:
    RealFile(int descriptor, Path path) : descriptor_(descriptor), path_(std::move(path)) {}
    ~RealFile() override { ::close(descriptor_); }
    RealFile(const RealFile&) = delete;
    RealFile& operator=(const RealFile&) = delete;

    Result<std::size_t> write_some(std::uint64_t offset,
                                   std::span<const std::string_view> pieces) override {
        std::array<iovec, 512> vectors;
        const std::size_t count = std::min(pieces.size(), vectors.size());
        for (std::size_t i = 0; i < count; ++i) {
            vectors[i] = {const_cast<char*>(pieces[i].data()), pieces[i].size()};
        }
        for (;;) {
            const ssize_t written = ::pwritev(descriptor_, vectors.data(), static_cast<int>(count),
                                              static_cast<off_t>(offset));
            if (written > 0)
                return static_cast<std::size_t>(written);
            if (written == 0)
                errno = ENOSPC;
            if (errno != EINTR)
                return system_failure("write to", path_);
        }
    }

    Result<std::size_t> read(std::uint64_t offset, std::span<char> out) override {
        std::size_t done = 0;
        while (done < out.size()) {
            const ssize_t count = ::pread(descriptor_, out.data() + done, out.size() - done,
                                          static_cast<off_t>(offset + done));
            if (count < 0 && errno == EINTR)
                continue;
            if (count < 0)
                return system_failure("read", path_);
            if (count == 0)
                break;
            done += static_cast<std::size_t>(count);
        }
        return done;
    }

    Result<void> sync() override {
        while (::fdatasync(descriptor_) != 0) {
            if (errno != EINTR)
                return system_failure("sync", path_);
        }
        return {};
    }

    Result<void> truncate(std::uint64_t size) override {
        while (::ftruncate(descriptor_, static_cast<off_t>(size)) != 0) {
            if (errno != EINTR)
                return system_failure("truncate", path_);
        }
        return {};
    }

    Result<std::uint64_t> size() override {
        struct stat status = {};
        if (::fstat(descriptor_, &status) != 0)
            return system_failure("examine", path_);
        return static_cast<std::uint64_t>(status.st_size);
    }

private:
    int descriptor_;
    Path path_;
};

/// An flock; the kernel lets go of it when the process ends, however it ends.
class RealLock final : public FolderLock {
public:
    explicit RealLock(int descriptor) : descriptor_(descriptor) {}
    ~RealLock() override { ::close(descriptor_); }
    RealLock(const RealLock&) = delete;
    RealLock& operator=(const RealLock&) = delete;

private:
    int descriptor_;
};

class RealFileSystem final : public FileSystem {
public:
    Result<void> create_folder(const Path& folder) override {
        struct stat status = {};
        if (::stat(folder.c_str(), &status) == 0 && S_ISDIR(status.st_mode))
            return {};
        const Path parent = folder.parent_path();
        if (!parent.empty() && parent != folder)
            ENGINE_TRY(create_folder(parent));
        if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
            return system_failure("create folder", folder);
        }
        return sync_folder(parent.empty() ? Path(".") : parent);
    }

    Result<std::vector<FolderEntry>> list(const Path& folder) override {
        const std::unique_ptr<DIR, int (*)(DIR*)> stream(::opendir(folder.c_str()), ::closedir);
        if (!stream)
            return system_failure("list", folder);
        std::vector<FolderEntry> entries;
        errno = 0;
        while (const dirent* entry = ::readdir(stream.get())) {
            struct stat status = {};
            if (::fstatat(::dirfd(stream.get()), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) ==
                    0 &&
                S_ISREG(status.st_mode)) {
                entries.push_back({entry->d_name, static_cast<std::uint64_t>(status.st_size)});
            }
            errno = 0;
        }
        if (errno != 0)
            return system_failure("list", folder);
        return entries;
    }

    Result<std::unique_ptr<File>> open(const Path& path, OpenMode mode) override {
        const int flags = mode == OpenMode::Read        ? O_RDONLY
                          : mode == OpenMode::ReadWrite ? O_RDWR
                                                        : O_RDWR | O_CREAT;
        const int descriptor = ::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (descriptor < 0)
            return system_failure("open", path);
        return std::make_unique<RealFile>(descriptor, path);
    }

    Result<void> rename(const Path& from, const Path& to) override {
        if (::rename(from.c_str(), to.c_str()) != 0)
            return system_failure("rename", from);
        return {};
    }

    Result<void> remove(const Path& path) override {
        if (::unlink(path.c_str()) != 0)
            return system_failure("remove", path);
        return {};
    }

    Result<void> sync_folder(const Path& folder) override {
        const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (descriptor < 0)
            return system_failure("open folder", folder);
        const RealFile owner(descriptor, folder);
        if (::fsync(descriptor) != 0)
            return system_failure("sync folder", folder);
        return {};
    }

    Result<std::unique_ptr<FolderLock>> lock(const Path& path) override {
        const int descriptor =
            ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (descriptor < 0)
            return system_failure("open", path);
        auto holder = std::make_unique<RealLock>(descriptor);
        if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0)
            return holder;
        if (errno != EWOULDBLOCK)
            return system_failure("lock", path);
        return failure(fmt::format(
            "the disk buffer {} is in use by another process: stop that process, or give this one "
            "another data_dir",
            path.parent_path().string()));
    }
};

}  // namespace

FileSystem& real_file_system() {
    static RealFileSystem files;
    return files;
}

Result<void> write_all(File& file, std::uint64_t offset, std::span<const std::string_view> pieces) {
    std::vector<std::string_view> rest;
    for (const std::string_view piece : pieces) {
        if (!piece.empty())
            rest.push_back(piece);
    }
    std::span<std::string_view> open = rest;
    while (!open.empty()) {
        const Result<std::size_t> written = file.write_some(offset, open);
        if (!written)
            return std::unexpected(written.error());
        offset += *written;
        std::size_t done = *written;
        while (!open.empty() && done >= open.front().size()) {
            done -= open.front().size();
            open = open.subspan(1);
        }
        if (done > 0)
            open.front().remove_prefix(done);
    }
    return {};
}

}  // namespace engine::buffer::disk
