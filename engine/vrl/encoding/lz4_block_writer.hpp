#pragma once

#include <string>
#include <string_view>

namespace engine::vrl {

/// Appends `bytes` as one LZ4 block (without frame or size). Greedy with a table of 4,096 places,
/// as the format's description proposes, but a match ends six bytes before the end instead of five:
/// the choices decide which of the many valid blocks comes out, and texts that were stored before
/// are to stay equal. `bytes` has less than 2 GiB.
void append_lz4_block(std::string_view bytes, std::string& out);

}  // namespace engine::vrl
