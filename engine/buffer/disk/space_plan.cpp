#include "engine/buffer/disk/space_plan.hpp"

#include "engine/buffer/disk/segment_store.hpp"

namespace engine::buffer::disk {
namespace {

constexpr std::uint64_t overhead = segment_header_size + record_header_size;

}  // namespace

void SpacePlan::reset(std::uint64_t live_bytes, std::uint64_t room) {
    total_ = live_bytes;
    room_ = room;
}

bool SpacePlan::fits(std::uint64_t record_bytes) const {
    if (record_bytes <= room_)
        return true;
    const std::uint64_t free = total_ < max_size_ ? max_size_ - total_ : 0;
    return new_capacity(segment_size_, free, record_bytes).has_value();
}

bool SpacePlan::take(std::uint64_t record_bytes) {
    if (record_bytes > room_) {
        const std::uint64_t free = total_ < max_size_ ? max_size_ - total_ : 0;
        const auto capacity = new_capacity(segment_size_, free, record_bytes);
        if (!capacity)
            return false;
        total_ += *capacity;
        room_ = *capacity - overhead;
    }
    room_ -= record_bytes;
    return true;
}

bool SpacePlan::too_large(std::uint64_t record_bytes) const {
    return record_bytes + overhead > max_size_;
}

}  // namespace engine::buffer::disk
