#pragma once

#include <cstddef>
#include <string_view>

#include "engine/codec/byte_buffer.hpp"

namespace engine {

/// Whether the bytes are well-formed UTF-8.
[[nodiscard]] bool is_utf8(std::string_view bytes);

/// Length of the longest prefix that is well-formed UTF-8.
[[nodiscard]] std::size_t utf8_prefix(std::string_view bytes);

/// Appends the bytes with each maximal ill-formed part replaced by U+FFFD, as the Unicode standard
/// recommends (chapter 3.9, "U+FFFD Substitution of Maximal Subparts").
void append_lossy_utf8(std::string_view bytes, ByteBuffer& out);

}  // namespace engine
