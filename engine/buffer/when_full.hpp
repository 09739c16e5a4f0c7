#pragma once

#include <cstdint>

namespace engine::buffer {

/// What a buffer does with events that it has no room for.
enum class WhenFull : std::uint8_t {
    Block,       // the stream that they come on waits
    DropNewest,  // they are dropped and counted
};

}  // namespace engine::buffer
