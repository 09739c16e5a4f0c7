#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

namespace engine {

/// A reference-counted block of bytes that events may point into: a request body, a block of a
/// file, the constants of a program. Written by one owner before it is shared, immutable after.
/// `padding` readable bytes follow the capacity, as simdjson needs.
class Slab {
public:
    static constexpr std::size_t padding = 64;

    /// One reference is held by the caller.
    [[nodiscard]] static Slab* allocate(std::size_t capacity);

    [[nodiscard]] char* data() { return reinterpret_cast<char*>(this + 1); }
    [[nodiscard]] const char* data() const { return reinterpret_cast<const char*>(this + 1); }
    [[nodiscard]] std::size_t capacity() const { return capacity_; }

    void retain() { references_.fetch_add(1, std::memory_order_relaxed); }
    void release();

private:
    explicit Slab(std::size_t capacity) : capacity_(capacity) {}
    std::atomic<std::uint32_t> references_{1};
    std::size_t capacity_;
};

/// Shared ownership of a slab and the length in use. Copying costs one atomic increment;
/// thread-safe as shared_ptr is.
class SlabRef {
public:
    SlabRef() = default;
    /// An uninitialised slab of `capacity` bytes, size 0.
    [[nodiscard]] static SlabRef with_capacity(std::size_t capacity);
    [[nodiscard]] static SlabRef copy_of(std::string_view bytes);

    SlabRef(const SlabRef& other) : slab_(other.slab_), size_(other.size_) {
        if (slab_ != nullptr)
            slab_->retain();
    }
    SlabRef(SlabRef&& other) noexcept
        : slab_(std::exchange(other.slab_, nullptr)), size_(std::exchange(other.size_, 0)) {}
    SlabRef& operator=(SlabRef other) noexcept {
        std::swap(slab_, other.slab_);
        std::swap(size_, other.size_);
        return *this;
    }
    ~SlabRef() {
        if (slab_ != nullptr)
            slab_->release();
    }

    [[nodiscard]] explicit operator bool() const { return slab_ != nullptr; }
    [[nodiscard]] std::string_view view() const {
        return slab_ == nullptr ? std::string_view{} : std::string_view{slab_->data(), size_};
    }
    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] std::size_t capacity() const { return slab_ == nullptr ? 0 : slab_->capacity(); }

    /// Room behind the bytes in use; only while this is the sole owner.
    [[nodiscard]] std::span<char> spare() { return {slab_->data() + size_, capacity() - size_}; }
    /// Declares that `count` bytes of the spare room now hold data.
    void commit(std::size_t count) { size_ += count; }
    /// Appends, moving to a larger slab when the spare room is too small.
    void append(std::string_view bytes);

private:
    Slab* slab_ = nullptr;
    std::size_t size_ = 0;
};

}  // namespace engine
