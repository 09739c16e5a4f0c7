#include "engine/codec/length_framing.hpp"

#include <fmt/format.h>

#include <limits>

namespace engine {

namespace {

using Next = Result<std::optional<std::string_view>>;

/// What the first bytes of a frame say: where it lies. `size` counts header and frame.
struct FrameExtent {
    std::size_t header = 0;
    std::size_t size = 0;
    std::size_t delimiter = 0;  // bytes at the end that are not part of the frame
};

/// Reads frames whose extent a header tells. Policy::extent gives nullopt while the header is
/// incomplete; Policy::at_end tells what an incomplete frame at the end of the stream is.
template <typename Policy>
class HeaderReader final : public FrameReader {
public:
    explicit HeaderReader(Policy policy) : policy_(policy) {}

    Next next() override {
        if (carry_.size() > 0) {
            return next_from_carry();
        }
        if (rest_.empty()) {
            return std::nullopt;
        }
        const auto extent = ENGINE_TRY(policy_.extent(rest_));
        if (!extent || extent->size > rest_.size()) {
            carry_rest();
            return std::nullopt;
        }
        return from_block(content(take(extent->size), *extent));
    }

    Next finish() override {
        if (carry_.size() == 0) {
            return std::nullopt;
        }
        const std::optional<std::string_view> last = ENGINE_TRY(policy_.at_end(carry_.view()));
        if (!last) {
            carry_ = {};
            return std::nullopt;
        }
        return from_carry();
    }

private:
    static std::string_view content(std::string_view frame, const FrameExtent& extent) {
        return frame.substr(extent.header, extent.size - extent.header - extent.delimiter);
    }

    /// The carried bytes begin exactly one frame, which may end in the current block.
    Next next_from_carry() {
        auto extent = ENGINE_TRY(policy_.extent(carry_.view()));
        // The header itself may straddle the blocks: it grows byte by byte.
        while (!extent && !rest_.empty()) {
            carry_.append(take(1));
            extent = ENGINE_TRY(policy_.extent(carry_.view()));
        }
        if (!extent) {
            return std::nullopt;
        }
        const std::size_t missing = extent->size > carry_.size() ? extent->size - carry_.size() : 0;
        if (missing > rest_.size()) {
            carry_rest();
            return std::nullopt;
        }
        if (missing > 0) {
            carry_.append(take(missing));
        }
        return content(from_carry(), *extent);
    }

    Policy policy_;
};

template <typename Policy>
class HeaderFramer final : public Framer {
public:
    explicit HeaderFramer(Policy policy) : policy_(policy) {}
    std::unique_ptr<FrameReader> open() const override {
        return std::make_unique<HeaderReader<Policy>>(policy_);
    }
    FrameReader& open(ReaderStorage& storage) const override {
        return storage.emplace<HeaderReader<Policy>>(policy_);
    }

private:
    Policy policy_;
};

struct FixedLength {
    LengthDelimitedOptions options;

    [[nodiscard]] Result<std::optional<FrameExtent>> extent(std::string_view bytes) const {
        const std::uint64_t header = options.length_field_offset + options.length_field_length;
        if (bytes.size() < header) {
            return std::nullopt;
        }
        std::uint64_t length = 0;
        const std::uint64_t width = options.length_field_length;
        for (std::uint64_t i = 0; i < width; ++i) {
            const std::uint64_t at = options.length_field_is_big_endian ? i : width - 1 - i;
            length = length << 8 |
                     static_cast<unsigned char>(
                         bytes[static_cast<std::size_t>(options.length_field_offset + at)]);
        }
        if (length > options.max_frame_length) {
            return failure("frame size too big");
        }
        return FrameExtent{static_cast<std::size_t>(header),
                           static_cast<std::size_t>(header + length)};
    }
    [[nodiscard]] Next at_end(std::string_view) const {
        return failure("bytes remaining on stream");
    }
};

struct VarintLength {
    std::uint64_t max_frame_length;

    [[nodiscard]] Result<std::optional<FrameExtent>> extent(std::string_view bytes) const {
        std::uint64_t length = 0;
        for (std::size_t i = 0; i < bytes.size(); ++i) {
            const auto byte = static_cast<unsigned char>(bytes[i]);
            if (i == 10 || (i == 9 && byte > 1)) {
                return failure("Varint too large");
            }
            length |= static_cast<std::uint64_t>(byte & 0x7f) << (7 * i);
            if (byte < 0x80) {
                if (length > max_frame_length) {
                    return failure(fmt::format("Frame too large: {} bytes (max: {})", length,
                                               max_frame_length));
                }
                return FrameExtent{i + 1, i + 1 + static_cast<std::size_t>(length)};
            }
        }
        return std::nullopt;
    }
    [[nodiscard]] Next at_end(std::string_view) const {
        return failure("bytes remaining on stream");
    }
};

struct OctetCount {
    std::uint64_t max_length;

    [[nodiscard]] Result<std::optional<FrameExtent>> extent(std::string_view bytes) const {
        if (bytes.front() < '0' || bytes.front() > '9') {
            return line(bytes);
        }
        std::uint64_t length = 0;
        for (std::size_t i = 0; i < bytes.size(); ++i) {
            const char c = bytes[i];
            if (c == ' ') {
                return FrameExtent{i + 1, i + 1 + static_cast<std::size_t>(length)};
            }
            if (c < '0' || c > '9') {
                return failure("Unable to decode message len as number");
            }
            length = length * 10 + static_cast<std::uint64_t>(c - '0');
            if (length > max_length) {
                return failure("Frame length limit exceeded");
            }
        }
        return std::nullopt;
    }
    [[nodiscard]] Result<std::optional<FrameExtent>> line(std::string_view bytes) const {
        const std::size_t newline = bytes.find('\n');
        if (std::min(newline, bytes.size()) > max_length) {
            return failure("Frame length limit exceeded");
        }
        if (newline == std::string_view::npos) {
            return std::nullopt;
        }
        return FrameExtent{0, newline + 1, 1};
    }
    /// A line needs no newline at the end of the stream; a counted frame must be complete.
    [[nodiscard]] Next at_end(std::string_view bytes) const {
        if (bytes.front() >= '0' && bytes.front() <= '9') {
            return std::nullopt;
        }
        return bytes;
    }
};

/// Lengths beyond this are taken as broken: they could not be allocated.
constexpr std::uint64_t longest_frame = std::uint64_t{1} << 31;

}  // namespace

Result<std::unique_ptr<const Framer>> make_length_delimited_framer(
    const LengthDelimitedOptions& options) {
    if (options.length_field_length < 1 || options.length_field_length > 8) {
        return failure("length_field_length must be from 1 to 8");
    }
    if (options.length_field_offset > longest_frame) {
        return failure("length_field_offset is too large");
    }
    FixedLength policy{options};
    policy.options.max_frame_length = std::min(options.max_frame_length, longest_frame);
    return std::make_unique<HeaderFramer<FixedLength>>(policy);
}

std::unique_ptr<const Framer> make_varint_framer(std::uint64_t max_frame_length) {
    return std::make_unique<HeaderFramer<VarintLength>>(
        VarintLength{std::min(max_frame_length, longest_frame)});
}

std::unique_ptr<const Framer> make_octet_counting_framer(std::optional<std::uint64_t> max_length) {
    return std::make_unique<HeaderFramer<OctetCount>>(
        OctetCount{std::min(max_length.value_or(longest_frame), longest_frame)});
}

}  // namespace engine
