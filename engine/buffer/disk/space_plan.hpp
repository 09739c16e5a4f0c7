#pragma once

#include <cstdint>

namespace engine::buffer::disk {

/// Where queued records will go, as far as space is concerned: decides at once whether one more
/// fits, while the writer is still busy with those before it. Owned by the DiskBuffer, under its
/// mutex.
class SpacePlan {
public:
    SpacePlan(std::uint64_t max_size, std::uint64_t segment_size)
        : max_size_(max_size), segment_size_(segment_size) {}

    /// What the files take now, and the room in the segment being written. What had been taken
    /// before is forgotten: the caller takes again for what it still has.
    void reset(std::uint64_t live_bytes, std::uint64_t room);
    /// Takes room for a record of `record_bytes`; false when there is none.
    [[nodiscard]] bool take(std::uint64_t record_bytes);
    /// Would take() succeed?
    [[nodiscard]] bool fits(std::uint64_t record_bytes) const;
    /// No record of this size ever fits.
    [[nodiscard]] bool too_large(std::uint64_t record_bytes) const;
    [[nodiscard]] std::uint64_t max_size() const { return max_size_; }

private:
    std::uint64_t max_size_;
    std::uint64_t segment_size_;
    std::uint64_t total_ = 0;
    std::uint64_t room_ = 0;
};

}  // namespace engine::buffer::disk
