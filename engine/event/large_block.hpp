#pragma once

#include <cstddef>

namespace engine::large_block {

/// Blocks of memory for bodies and their encodings, from `least` bytes on. The general allocator
/// cuts such sizes out of its arenas, where what several threads free stays in pieces (measured:
/// twice the memory); mapping each anew costs a page fault for every 4 KiB. Here blocks of like
/// size are used again, and no more than `most_idle` bytes are kept for that. Any thread may call
/// these.
constexpr std::size_t least = std::size_t{256} << 10;
constexpr std::size_t most_idle = std::size_t{64} << 20;

/// The size of the block that `take` gives for `bytes`: at most an eighth more.
[[nodiscard]] std::size_t rounded(std::size_t bytes);
/// A block of `rounded(bytes)` bytes, of any content. Throws std::bad_alloc.
[[nodiscard]] void* take(std::size_t bytes);
/// `bytes` as at `take`, or the block's size.
void give_back(void* block, std::size_t bytes);
/// Returns what is kept to the system.
void release_idle();
/// Bytes that are kept.
[[nodiscard]] std::size_t idle_bytes();

}  // namespace engine::large_block
