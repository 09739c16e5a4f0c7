#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace engine::vrl {

/// What decoders of compressed text may expand to at most: hostile input must not take all memory.
inline constexpr std::size_t decoded_limit = std::size_t{256} << 20;

enum class DeflateFormat : std::uint8_t { Gzip, Zlib };

/// What the first stream in `bytes` expands to; what follows it is ignored. A Zlib stream may be
/// cut off, as the reference allows. Nothing when it is malformed or larger than `decoded_limit`.
[[nodiscard]] std::optional<std::string> inflated(std::string_view bytes, DeflateFormat format);

}  // namespace engine::vrl
