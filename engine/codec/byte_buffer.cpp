#include "engine/codec/byte_buffer.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>

#include "engine/event/large_block.hpp"

namespace engine {

namespace {

void release(char* begin, std::size_t capacity) {
    if (capacity >= large_block::least) {
        large_block::give_back(begin, capacity);
    } else {
        std::free(begin);
    }
}

}  // namespace

ByteBuffer::~ByteBuffer() {
    release(begin_, capacity());
}

void ByteBuffer::grow(std::size_t count) {
    const std::size_t used = size();
    std::size_t wanted = std::max({used + count, capacity() * 2, std::size_t{256}});
    char* larger = nullptr;
    if (wanted >= large_block::least) {
        wanted = large_block::rounded(wanted);
        larger = static_cast<char*>(large_block::take(wanted));
        if (used > 0) {
            std::memcpy(larger, begin_, used);
        }
        release(begin_, capacity());
    } else {
        larger = static_cast<char*>(std::realloc(begin_, wanted));
    }
    if (larger == nullptr) {
        throw std::bad_alloc();
    }
    begin_ = larger;
    next_ = larger + used;
    end_ = larger + wanted;
}

}  // namespace engine
