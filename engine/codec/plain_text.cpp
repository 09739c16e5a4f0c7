#include "engine/codec/plain_text.hpp"

#include "engine/codec/json_writer.hpp"
#include "engine/codec/number_text.hpp"
#include "engine/codec/regex_pattern.hpp"
#include "engine/codec/utf8.hpp"

namespace engine {

void write_plain_text(const Value& value, ByteBuffer& out, TimestampFormat timestamps) {
    switch (value.kind()) {
        case ValueKind::Null:
            out.append("<null>");
            break;
        case ValueKind::Float:
            write_plain_float(value.as_float(), out);
            break;
        case ValueKind::Bytes:
            if (const std::string_view bytes = value.as_bytes(); is_utf8(bytes)) {
                out.append(bytes);
            } else {
                append_lossy_utf8(bytes, out);
            }
            break;
        case ValueKind::Timestamp:
            if (timestamps == TimestampFormat::Rfc3339) {
                write_rfc3339(value.as_timestamp(), out);
            } else {
                write_plain_text(timestamp_number(value.as_timestamp(), timestamps), out);
            }
            break;
        case ValueKind::Regex:
            out.append(regex_pattern(value));
            break;
        default:
            write_json(value, out, JsonLayout::Compact, timestamps);
    }
}

}  // namespace engine
