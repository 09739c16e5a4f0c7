#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

namespace engine::vrl {

/// What an LZ4 block expands to, at most `capacity` bytes (github.com/lz4/lz4,
/// doc/lz4_Block_format.md). The error says why not, in the reference's words.
[[nodiscard]] std::expected<std::string, std::string> lz4_block_decoded(std::string_view block,
                                                                        std::size_t capacity);

}  // namespace engine::vrl
