#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/diagnostic/error.hpp"

namespace engine::buffer::disk {

/// An open file. Reads and writes name their offset, so one thread may read while another writes.
/// Owned by whoever opened it; closed by the destructor.
class File {
public:
    virtual ~File() = default;
    /// Writes the pieces one behind the other; returns how many bytes went out, at least one. Like
    /// the system call it may write less than asked: `write_all` goes on where it stopped.
    [[nodiscard]] virtual Result<std::size_t> write_some(
        std::uint64_t offset, std::span<const std::string_view> pieces) = 0;
    /// Bytes read; less than asked for only at the end of the file.
    [[nodiscard]] virtual Result<std::size_t> read(std::uint64_t offset, std::span<char> out) = 0;
    /// Data and size are on the medium when it returns (fdatasync).
    [[nodiscard]] virtual Result<void> sync() = 0;
    [[nodiscard]] virtual Result<void> truncate(std::uint64_t size) = 0;
    [[nodiscard]] virtual Result<std::uint64_t> size() = 0;
};

/// Held for as long as the folder is in use.
class FolderLock {
public:
    virtual ~FolderLock() = default;
};

enum class OpenMode { Read, ReadWrite, Create };

struct FolderEntry {
    std::string name;
    std::uint64_t size = 0;
};

/// The seam through which the disk buffer touches the world: tests put short writes, full disks,
/// failing syncs and power cuts behind it. Thread-safe; outlives the buffers that use it.
class FileSystem {
public:
    using Path = std::filesystem::path;
    virtual ~FileSystem() = default;
    /// Creates the folder and its missing parents, mode 0700, and syncs the parent.
    [[nodiscard]] virtual Result<void> create_folder(const Path& folder) = 0;
    /// Regular files only.
    [[nodiscard]] virtual Result<std::vector<FolderEntry>> list(const Path& folder) = 0;
    /// Create: mode 0600; an existing file is opened as it is.
    [[nodiscard]] virtual Result<std::unique_ptr<File>> open(const Path& path, OpenMode mode) = 0;
    [[nodiscard]] virtual Result<void> rename(const Path& from, const Path& to) = 0;
    [[nodiscard]] virtual Result<void> remove(const Path& path) = 0;
    /// Makes creations, renames and removals in the folder durable.
    [[nodiscard]] virtual Result<void> sync_folder(const Path& folder) = 0;
    /// Exclusive, not waiting; an error when someone else holds it.
    [[nodiscard]] virtual Result<std::unique_ptr<FolderLock>> lock(const Path& path) = 0;
};

/// The operating system's files.
[[nodiscard]] FileSystem& real_file_system();

/// Writes everything, however many calls that takes.
[[nodiscard]] Result<void> write_all(File& file, std::uint64_t offset,
                                     std::span<const std::string_view> pieces);

}  // namespace engine::buffer::disk
