#pragma once

#include <sys/stat.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "engine/diagnostic/error.hpp"

namespace engine::sources::file {

/// The bytes of one open file; of a file that is compressed with gzip, what they expand to. Owned
/// by one thread; reading may block on the disk.
class Content {
public:
    /// `errno` holds the reason when it is null.
    [[nodiscard]] static std::unique_ptr<Content> open(const std::string& path);
    ~Content();
    Content(const Content&) = delete;
    Content& operator=(const Content&) = delete;

    /// Bytes from `position` on: as many as there are, up to the room; 0 at the end.
    [[nodiscard]] Result<std::size_t> read(std::uint64_t position, std::span<char> room);

    [[nodiscard]] int descriptor() const { return descriptor_; }
    [[nodiscard]] bool compressed() const { return inflation_ != nullptr; }
    /// What the system knows about the open file now.
    [[nodiscard]] struct stat status() const;
    /// Positions that `read` takes end here; of a compressed file unknown, so the largest number.
    [[nodiscard]] std::uint64_t size() const;

private:
    struct Inflation;
    explicit Content(int descriptor);

    int descriptor_;
    std::unique_ptr<Inflation> inflation_;  // null: not compressed
};

}  // namespace engine::sources::file
