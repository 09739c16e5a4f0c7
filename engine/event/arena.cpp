#include "engine/event/arena.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

namespace engine {

struct Arena::Block {
    Block* next;
    std::size_t size;  // of the payload behind this header
    [[nodiscard]] char* payload() { return reinterpret_cast<char*>(this + 1); }
};

namespace {

// Small first, so that a batch of one event costs one small block; then larger, so that a batch of
// a thousand costs few.
constexpr std::array<std::size_t, 3> block_sizes = {std::size_t{4} << 10, std::size_t{32} << 10,
                                                    std::size_t{256} << 10};
constexpr std::array<std::size_t, 3> pooled_blocks = {1024, 128, 16};

/// Free blocks of one thread, by size class; bounded, the rest goes back to the allocator.
class BlockPool {
public:
    ~BlockPool() {
        for (FreeList& list : lists_) {
            while (list.head != nullptr) {
                std::free(std::exchange(list.head, *static_cast<void**>(list.head)));
            }
        }
        closed() = true;
    }

    void* take(std::size_t size_class, std::size_t bytes) {
        FreeList& list = lists_[size_class];
        if (list.head == nullptr) {
            return std::malloc(bytes);
        }
        --list.count;
        return std::exchange(list.head, *static_cast<void**>(list.head));
    }

    void give(std::size_t size_class, void* block) {
        FreeList& list = lists_[size_class];
        if (list.count == pooled_blocks[size_class]) {
            std::free(block);
            return;
        }
        *static_cast<void**>(block) = std::exchange(list.head, block);
        ++list.count;
    }

    // A batch may be destroyed by a destructor of another thread-local object, after the pool.
    static bool& closed() {
        thread_local bool value = false;
        return value;
    }
    static BlockPool& local() {
        thread_local BlockPool pool;
        return pool;
    }

private:
    struct FreeList {
        void* head = nullptr;
        std::size_t count = 0;
    };
    std::array<FreeList, block_sizes.size()> lists_;
};

std::size_t class_of(std::size_t size) {
    for (std::size_t i = 0; i < block_sizes.size(); ++i) {
        if (size <= block_sizes[i]) {
            return i;
        }
    }
    return block_sizes.size();
}

}  // namespace

void* Arena::allocate_from_new_block(std::size_t size) {
    std::size_t wanted = size + sizeof(Block);
    if (blocks_ != nullptr) {
        wanted = std::max(wanted, footprint_ < block_sizes[2] ? block_sizes[1] : block_sizes[2]);
    }
    const std::size_t size_class = class_of(wanted);
    const bool pooled = size_class < block_sizes.size() && !BlockPool::closed();
    const std::size_t bytes = size_class < block_sizes.size() ? block_sizes[size_class] : wanted;
    void* memory = pooled ? BlockPool::local().take(size_class, bytes) : std::malloc(bytes);
    if (memory == nullptr) {
        throw std::bad_alloc();
    }
    blocks_ = new (memory) Block{blocks_, bytes - sizeof(Block)};
    footprint_ += bytes;
    char* payload = blocks_->payload();
    // A large object must not waste what is left of the current block.
    if (blocks_->size - size >= static_cast<std::size_t>(end_ - next_)) {
        next_ = payload + size;
        end_ = payload + blocks_->size;
    }
    return payload;
}

void Arena::free_block() {
    Block* block = std::exchange(blocks_, blocks_->next);
    const std::size_t size_class = class_of(block->size + sizeof(Block));
    if (size_class < block_sizes.size() && !BlockPool::closed()) {
        BlockPool::local().give(size_class, block);
    } else {
        std::free(block);
    }
}

void Arena::clear() {
    while (blocks_ != nullptr) {
        free_block();
    }
    next_ = end_ = nullptr;
    footprint_ = 0;
}

void Arena::rewind() {
    if (blocks_ == nullptr) {
        return;
    }
    // Blocks are stacked, so the first is the last of the list.
    while (blocks_->next != nullptr) {
        free_block();
    }
    footprint_ = blocks_->size + sizeof(Block);
    next_ = blocks_->payload();
    end_ = next_ + blocks_->size;
}

Arena::Mark Arena::mark() const {
    Mark mark;
    mark.block = blocks_;
    mark.next = next_;
    mark.end = end_;
    mark.footprint = footprint_;
    return mark;
}

void Arena::rewind_to(const Mark& mark) {
    while (blocks_ != mark.block) {
        free_block();
    }
    next_ = mark.next;
    end_ = mark.end;
    footprint_ = mark.footprint;
}

}  // namespace engine
