#pragma once

#include <bit>
#include <cstring>
#include <string>
#include <string_view>

namespace engine::sources::file {

/// `text`, which is UTF-8, as UTF-16.
[[nodiscard]] std::string utf16_bytes(std::string_view text, std::endian order);

/// What ends a line, in the bytes of the file's charset. `unit` is the size of its code units:
/// delimiters begin at multiples of it, counted from the beginning of the text. Immutable.
class LineDelimiter {
public:
    LineDelimiter(std::string bytes, std::size_t unit) : bytes_(std::move(bytes)), unit_(unit) {}

    [[nodiscard]] std::size_t size() const { return bytes_.size(); }
    [[nodiscard]] std::string_view bytes() const { return bytes_; }
    [[nodiscard]] bool is_line_feed() const { return bytes_ == "\n"; }

    /// Where the first one at or behind `from` begins, or npos.
    [[nodiscard]] std::size_t find(std::string_view text, std::size_t from) const {
        if (bytes_.size() == 1) [[likely]] {
            const void* found = from < text.size()
                                    ? std::memchr(text.data() + from, bytes_[0], text.size() - from)
                                    : nullptr;
            return found == nullptr
                       ? std::string_view::npos
                       : static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
        }
        std::size_t found = text.find(bytes_, from);
        while (found != std::string_view::npos && found % unit_ != 0) {
            found = text.find(bytes_, found + 1);
        }
        return found;
    }
    /// Behind the last one that ends behind `from`, or npos.
    [[nodiscard]] std::size_t last_end(std::string_view text, std::size_t from) const {
        if (bytes_.size() == 1) [[likely]] {
            const void* found = ::memrchr(text.data() + from, bytes_[0], text.size() - from);
            return found == nullptr
                       ? std::string_view::npos
                       : static_cast<std::size_t>(static_cast<const char*>(found) - text.data()) +
                             1;
        }
        std::size_t found = text.rfind(bytes_);
        while (found != std::string_view::npos && found % unit_ != 0) {
            found = found == 0 ? std::string_view::npos : text.rfind(bytes_, found - 1);
        }
        return found == std::string_view::npos || found + bytes_.size() <= from
                   ? std::string_view::npos
                   : found + bytes_.size();
    }

private:
    std::string bytes_;
    std::size_t unit_;
};

}  // namespace engine::sources::file
