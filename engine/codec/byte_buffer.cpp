#include "engine/codec/byte_buffer.hpp"

#include <algorithm>
#include <cstdlib>
#include <new>

namespace engine {

ByteBuffer::~ByteBuffer() {
    std::free(begin_);
}

void ByteBuffer::grow(std::size_t count) {
    const std::size_t used = size();
    const std::size_t wanted = std::max({used + count, capacity() * 2, std::size_t{256}});
    auto* larger = static_cast<char*>(std::realloc(begin_, wanted));
    if (larger == nullptr) {
        throw std::bad_alloc();
    }
    begin_ = larger;
    next_ = larger + used;
    end_ = larger + wanted;
}

}  // namespace engine
