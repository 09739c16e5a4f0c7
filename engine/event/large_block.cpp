#include "engine/event/large_block.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <bit>
#include <map>
#include <mutex>
#include <new>
#include <vector>

namespace engine::large_block {

namespace {

constexpr std::size_t page = 4096;

struct Pool {
    std::mutex mutex;
    std::map<std::size_t, std::vector<void*>> idle;  // by size
    std::size_t idle_bytes = 0;

    /// Never destroyed: blocks may come back while the process ends.
    static Pool& instance() {
        static Pool& pool = *new Pool;
        return pool;
    }
};

}  // namespace

std::size_t rounded(std::size_t bytes) {
    const std::size_t step = std::max(page, std::bit_floor(bytes) / 8);
    return (bytes + step - 1) / step * step;
}

void* take(std::size_t bytes) {
    const std::size_t size = rounded(bytes);
    Pool& pool = Pool::instance();
    {
        const std::lock_guard lock(pool.mutex);
        if (const auto found = pool.idle.find(size);
            found != pool.idle.end() && !found->second.empty()) {
            void* const block = found->second.back();
            found->second.pop_back();
            pool.idle_bytes -= size;
            return block;
        }
    }
    void* const block =
        ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (block == MAP_FAILED) {
        throw std::bad_alloc();
    }
    return block;
}

void give_back(void* block, std::size_t bytes) {
    const std::size_t size = rounded(bytes);
    Pool& pool = Pool::instance();
    {
        const std::lock_guard lock(pool.mutex);
        if (pool.idle_bytes + size <= most_idle) {
            pool.idle[size].push_back(block);
            pool.idle_bytes += size;
            return;
        }
    }
    ::munmap(block, size);
}

void release_idle() {
    Pool& pool = Pool::instance();
    std::map<std::size_t, std::vector<void*>> idle;
    {
        const std::lock_guard lock(pool.mutex);
        idle.swap(pool.idle);
        pool.idle_bytes = 0;
    }
    for (const auto& [size, blocks] : idle) {
        for (void* const block : blocks) {
            ::munmap(block, size);
        }
    }
}

std::size_t idle_bytes() {
    Pool& pool = Pool::instance();
    const std::lock_guard lock(pool.mutex);
    return pool.idle_bytes;
}

}  // namespace engine::large_block
