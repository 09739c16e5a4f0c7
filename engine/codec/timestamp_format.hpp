#pragma once

#include <cstdint>

#include "engine/codec/byte_buffer.hpp"
#include "engine/event/value.hpp"

namespace engine {

/// How timestamps are encoded: as text, or as a number of units since 1970 (rounded down; `unix`
/// is in seconds, `unix_float` in seconds with microseconds).
enum class TimestampFormat : std::uint8_t {
    Rfc3339,
    Unix,
    UnixMs,
    UnixUs,
    UnixNs,
    UnixFloat,
};

/// RFC 3339 in UTC with `Z`; a fraction of 3, 6 or 9 digits when there is one. No quotes.
void write_rfc3339(Timestamp timestamp, ByteBuffer& out);

/// The timestamp as a number (not for Rfc3339): an integer, or a float for UnixFloat. Integers
/// beyond i64 are null.
[[nodiscard]] Value timestamp_number(Timestamp timestamp, TimestampFormat format);

}  // namespace engine
