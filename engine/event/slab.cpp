#include "engine/event/slab.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>

#include "engine/event/large_block.hpp"

namespace engine {

Slab* Slab::allocate(std::size_t capacity) {
    const std::size_t size = sizeof(Slab) + capacity + padding;
    void* memory = size >= large_block::least ? large_block::take(size) : std::malloc(size);
    if (memory == nullptr) {
        throw std::bad_alloc();
    }
    auto* slab = new (memory) Slab(capacity);
    // Parsers read, but never use, the padding: it must be initialised all the same.
    std::memset(slab->data() + capacity, 0, padding);
    return slab;
}

void Slab::release() {
    if (references_.fetch_sub(1, std::memory_order_acq_rel) != 1) {
        return;
    }
    const std::size_t size = sizeof(Slab) + capacity_ + padding;
    if (size >= large_block::least) {
        large_block::give_back(this, size);
    } else {
        std::free(this);
    }
}

SlabRef SlabRef::with_capacity(std::size_t capacity) {
    SlabRef reference;
    reference.slab_ = Slab::allocate(capacity);
    return reference;
}

SlabRef SlabRef::copy_of(std::string_view bytes) {
    SlabRef reference = with_capacity(bytes.size());
    if (!bytes.empty()) {
        std::memcpy(reference.slab_->data(), bytes.data(), bytes.size());
    }
    reference.size_ = bytes.size();
    return reference;
}

void SlabRef::append(std::string_view bytes) {
    if (bytes.empty()) {
        return;
    }
    if (capacity() - size_ < bytes.size() || slab_ == nullptr) {
        SlabRef larger = with_capacity(std::max(capacity() * 2, size_ + bytes.size()));
        if (size_ > 0) {
            std::memcpy(larger.slab_->data(), slab_->data(), size_);
        }
        larger.size_ = size_;
        *this = std::move(larger);
    }
    std::memcpy(slab_->data() + size_, bytes.data(), bytes.size());
    size_ += bytes.size();
}

}  // namespace engine
