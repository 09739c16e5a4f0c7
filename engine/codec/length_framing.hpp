#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "engine/codec/framing.hpp"

namespace engine {

// Framings where each frame's length stands before it. See make_framer.

/// A fixed-width length, possibly behind other header bytes, which are dropped with it.
[[nodiscard]] Result<std::unique_ptr<const Framer>> make_length_delimited_framer(
    const LengthDelimitedOptions& options);
/// A protobuf varint.
[[nodiscard]] std::unique_ptr<const Framer> make_varint_framer(std::uint64_t max_frame_length);
/// Decimal digits and a space (RFC 6587, 3.4.1); a frame that begins otherwise ends at a newline.
[[nodiscard]] std::unique_ptr<const Framer> make_octet_counting_framer(
    std::optional<std::uint64_t> max_length);

}  // namespace engine
