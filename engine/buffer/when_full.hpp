#pragma once

#include <cstdint>

namespace engine::buffer {

/// What a buffer does with events that it has no room for.
enum class WhenFull : std::uint8_t {
    Block,       // the stream that they come on waits
    DropNewest,  // they are dropped and counted
    DropOldest,  // the oldest are, to make room for them
    Reject,      // a client that can be told is told to come again; other streams wait
    Overflow,    // they go to the next stage of the buffer
};

}  // namespace engine::buffer
