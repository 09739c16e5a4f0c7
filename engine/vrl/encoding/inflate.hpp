#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace engine::vrl {

enum class DeflateFormat : std::uint8_t { Gzip, Zlib };

/// What the first stream in `bytes` expands to; what follows it is ignored. A Zlib stream may be
/// cut off, as the reference allows. Nothing when it is malformed or larger than `limit`.
[[nodiscard]] std::optional<std::string> inflated(std::string_view bytes, DeflateFormat format,
                                                  std::size_t limit);

}  // namespace engine::vrl
