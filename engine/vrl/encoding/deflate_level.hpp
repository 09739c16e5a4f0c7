#pragma once

#include "engine/codec/compression.hpp"
#include "engine/vrl/function.hpp"

namespace engine::vrl {

/// `compression_level` of encode_gzip and encode_zlib (position 1): 0 to 9. The reference lets 10
/// pass its check and then panics; here it is an error.
[[nodiscard]] inline Parameter deflate_level_parameter() {
    return optional("compression_level", kinds::integer, "0 (none) to 9 (best).",
                    Value::integer(6));
}

/// Only a constant level can't fail. As in the reference, a negative one slips through.
[[nodiscard]] inline bool deflate_level_may_fail(const CallTypes& types) {
    const auto& level = types.constant(1);
    return !level || !level->is_integer() || level->as_integer() > 10;
}

[[nodiscard]] inline Value deflated(Call& call, CompressionAlgorithm algorithm) {
    const std::int64_t level = call.integer(1);
    if (level < 0 || level > 10) {
        return call.fail("compression level must be <= 10");
    }
    if (level == 10) {
        return call.fail("compression level 10 is not supported, the best is 9");
    }
    ByteBuffer out;
    const Compression compression{.algorithm = algorithm, .level = static_cast<int>(level)};
    if (auto done = compress(compression, call.bytes(0), out); !done) {
        return call.fail(done.error().message);
    }
    return call.text(out.view());
}

}  // namespace engine::vrl
