#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "engine/codec/byte_buffer.hpp"
#include "engine/codec/encoding_options.hpp"
#include "engine/diagnostic/error.hpp"

namespace engine {

/// What stands around each encoded event: a delimiter behind it, its length before it, or nothing.
/// A plain value.
class EventFraming {
public:
    enum class Method : std::uint8_t {
        Bytes,
        CharacterDelimited,  // newline_delimited too
        LengthDelimited,
        VarintLengthDelimited,
    };

    EventFraming() = default;
    /// A delimiter behind each event.
    explicit EventFraming(char delimiter)
        : method_(Method::CharacterDelimited), delimiter_(delimiter) {}
    [[nodiscard]] static Result<EventFraming> make(const EventFramingOptions& options);

    [[nodiscard]] Method method() const { return method_; }
    [[nodiscard]] bool is_newline_delimited() const {
        return method_ == Method::CharacterDelimited && delimiter_ == '\n';
    }
    /// Bytes of delimiter behind each event, which joined documents leave out behind the last.
    [[nodiscard]] std::size_t delimiter_size() const {
        return method_ == Method::CharacterDelimited ? 1 : 0;
    }

    /// Frames the event that stands in `out` from `begin` to the end. On error the event is gone.
    [[nodiscard]] Result<void> frame(ByteBuffer& out, std::size_t begin) const {
        if (method_ == Method::CharacterDelimited) [[likely]] {
            out.push_back(delimiter_);
            return {};
        }
        return method_ == Method::Bytes ? Result<void>() : frame_with_length(out, begin);
    }

private:
    Result<void> frame_with_length(ByteBuffer& out, std::size_t begin) const;

    Method method_ = Method::Bytes;
    char delimiter_ = '\n';
    LengthDelimitedOptions length_;
    std::uint64_t max_frame_length_ = 0;
};

}  // namespace engine
