#pragma once

#include "engine/codec/byte_buffer.hpp"
#include "engine/codec/timestamp_format.hpp"
#include "engine/event/value.hpp"

namespace engine {

/// The value as plain text has it (codecs text, raw_message, csv, logfmt; templates): strings as
/// they are (ill-formed UTF-8 replaced), floats without exponent and `.0`, timestamps as RFC 3339,
/// null as `<null>`, arrays and objects as JSON.
void write_plain_text(const Value& value, ByteBuffer& out,
                      TimestampFormat timestamps = TimestampFormat::Rfc3339);

}  // namespace engine
