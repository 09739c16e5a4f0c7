#pragma once

#include <cstddef>
#include <cstring>
#include <string_view>
#include <utility>

namespace engine {

/// A growing buffer of bytes that encoders append to. Growth leaves new memory uninitialised, and
/// `clear` keeps the memory, so that a buffer used again and again stops allocating. Owned by one
/// thread at a time.
class ByteBuffer {
public:
    ByteBuffer() = default;
    explicit ByteBuffer(std::size_t capacity) { reserve(capacity); }
    ~ByteBuffer();
    ByteBuffer(ByteBuffer&& other) noexcept
        : begin_(std::exchange(other.begin_, nullptr)),
          next_(std::exchange(other.next_, nullptr)),
          end_(std::exchange(other.end_, nullptr)) {}
    ByteBuffer& operator=(ByteBuffer&& other) noexcept {
        std::swap(begin_, other.begin_);
        std::swap(next_, other.next_);
        std::swap(end_, other.end_);
        return *this;
    }
    ByteBuffer(const ByteBuffer&) = delete;
    ByteBuffer& operator=(const ByteBuffer&) = delete;

    [[nodiscard]] std::string_view view() const { return {begin_, size()}; }
    [[nodiscard]] const char* data() const { return begin_; }
    [[nodiscard]] char* data() { return begin_; }
    [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(next_ - begin_); }
    [[nodiscard]] bool empty() const { return next_ == begin_; }
    [[nodiscard]] std::size_t capacity() const { return static_cast<std::size_t>(end_ - begin_); }

    void clear() { next_ = begin_; }
    /// Cuts back to `size` bytes, which must not be more than there are.
    void truncate(std::size_t size) { next_ = begin_ + size; }
    void reserve(std::size_t capacity) {
        if (capacity > this->capacity())
            grow(capacity - size());
    }

    /// At least `count` uninitialised bytes behind the end; `commit` makes them part of the buffer.
    [[nodiscard]] char* room(std::size_t count) {
        if (static_cast<std::size_t>(end_ - next_) < count) [[unlikely]] {
            grow(count);
        }
        return next_;
    }
    void commit(std::size_t count) { next_ += count; }
    /// The same, by the position behind the last byte that was written.
    void commit_to(const char* end) { next_ = begin_ + (end - begin_); }

    void append(std::string_view bytes) {
        char* to = room(bytes.size());
        if (!bytes.empty()) {
            std::memcpy(to, bytes.data(), bytes.size());
        }
        next_ += bytes.size();
    }
    void append(std::size_t count, char byte) {
        if (count > 0) {
            std::memset(room(count), byte, count);
        }
        next_ += count;
    }
    void push_back(char byte) {
        *room(1) = byte;
        ++next_;
    }

private:
    void grow(std::size_t count);

    char* begin_ = nullptr;
    char* next_ = nullptr;
    char* end_ = nullptr;
};

}  // namespace engine
