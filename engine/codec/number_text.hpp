#pragma once

#include <cstdint>

#include "engine/codec/byte_buffer.hpp"

namespace engine {

void write_integer(std::int64_t value, ByteBuffer& out);
void write_unsigned(std::uint64_t value, ByteBuffer& out);

/// Shortest text that reads back as the same number, as JSON encoders of the reference print it:
/// `1.0`, `0.00001`, `1e-6`, `1000000000000000.0`, `1e+16`. Infinite and NaN: `null`.
void write_json_float(double value, ByteBuffer& out);

/// The same digits as plain text has them: never an exponent, whole numbers without `.0`. Infinite:
/// `inf`, `-inf`; `NaN`.
void write_plain_float(double value, ByteBuffer& out);

}  // namespace engine
