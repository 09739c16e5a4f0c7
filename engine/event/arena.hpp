#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <span>
#include <string_view>
#include <type_traits>

namespace engine {

/// Monotonic memory of one batch. Nothing is freed before the arena is; its blocks then go to the
/// pool of the thread that destroys it. Used by one thread at a time. Holds trivially destructible
/// objects only.
class Arena {
public:
    Arena() = default;
    ~Arena() { clear(); }
    Arena(const Arena&) = delete;
    Arena& operator=(const Arena&) = delete;

    /// `size` bytes aligned to 8.
    [[nodiscard]] void* allocate(std::size_t size) {
        size = (size + 7) & ~std::size_t{7};
        if (size > static_cast<std::size_t>(end_ - next_)) [[unlikely]] {
            return allocate_from_new_block(size);
        }
        void* memory = next_;
        next_ += size;
        return memory;
    }

    /// Uninitialised room for `count` objects.
    template <typename T>
    [[nodiscard]] T* allocate_array(std::size_t count) {
        static_assert(std::is_trivially_destructible_v<T> && alignof(T) <= 8);
        return static_cast<T*>(allocate(count * sizeof(T)));
    }

    template <typename T, typename... Arguments>
    [[nodiscard]] T* create(Arguments&&... arguments) {
        static_assert(std::is_trivially_destructible_v<T> && alignof(T) <= 8);
        return new (allocate(sizeof(T))) T{static_cast<Arguments&&>(arguments)...};
    }

    [[nodiscard]] std::string_view copy(std::string_view bytes) {
        char* memory = allocate_array<char>(bytes.size());
        if (!bytes.empty()) {
            std::memcpy(memory, bytes.data(), bytes.size());
        }
        return {memory, bytes.size()};
    }

    /// Gives `count` bytes at the end of the last allocation of `allocated` bytes back.
    void shrink_last(void* memory, std::size_t allocated, std::size_t used) {
        auto* begin = static_cast<char*>(memory);
        if (begin + ((allocated + 7) & ~std::size_t{7}) == next_) {
            next_ = begin + ((used + 7) & ~std::size_t{7});
        }
    }

    /// Frees everything that was allocated.
    void clear();
    /// Forgets everything that was allocated, keeping the first block: for scratch memory.
    void rewind();

    /// A point to return to with `rewind_to`, as long as nothing was freed before it.
    class Mark {
        friend class Arena;
        void* block = nullptr;
        char* next = nullptr;
        char* end = nullptr;
        std::size_t footprint = 0;
    };
    [[nodiscard]] Mark mark() const;
    /// Frees everything that was allocated since.
    void rewind_to(const Mark& mark);

    /// Bytes held in blocks.
    [[nodiscard]] std::size_t footprint() const { return footprint_; }

private:
    struct Block;
    void* allocate_from_new_block(std::size_t size);
    /// Frees the newest block.
    void free_block();

    char* next_ = nullptr;
    char* end_ = nullptr;
    Block* blocks_ = nullptr;
    std::size_t footprint_ = 0;
};

}  // namespace engine
