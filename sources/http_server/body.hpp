#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

#include "engine/event/slab.hpp"

namespace engine::sources::http_server {

/// Why a body could not be expanded.
struct ExpansionError {
    unsigned status;       // 413, 415 or 422
    std::string message;   // for the client
    std::string encoding;  // that failed
    std::string cause;     // for the log; empty unless the bytes are corrupt
};

/// The body behind its Content-Encoding, a list of which the last one was applied last. Each step
/// may expand to `limit` bytes. Without an encoding, the body itself.
[[nodiscard]] std::expected<SlabRef, ExpansionError> expand_body(SlabRef body,
                                                                 std::string_view encodings,
                                                                 std::size_t limit);

}  // namespace engine::sources::http_server
