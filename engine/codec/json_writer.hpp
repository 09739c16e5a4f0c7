#pragma once

#include <string_view>

#include "engine/codec/byte_buffer.hpp"
#include "engine/codec/timestamp_format.hpp"
#include "engine/event/value.hpp"

namespace engine {

enum class JsonLayout : std::uint8_t { Compact, Pretty };

/// A quoted JSON string. Control characters are escaped as `\b`, `\f`, `\n`, `\r`, `\t` or
/// `\u001f`; ill-formed UTF-8 becomes U+FFFD; nothing else is escaped but quotes and backslashes.
void write_json_string(std::string_view bytes, ByteBuffer& out);

/// The value as JSON: keys sorted, floats as `write_json_float`, regexes as strings of their
/// pattern. Pretty: two spaces a level.
void write_json(const Value& value, ByteBuffer& out, JsonLayout layout = JsonLayout::Compact,
                TimestampFormat timestamps = TimestampFormat::Rfc3339);

/// Writes JSON piece by piece, for documents that are not Values. The caller keeps begin and end in
/// balance. One document a writer.
class JsonStream {
public:
    JsonStream(ByteBuffer& out, JsonLayout layout) : out_(out), layout_(layout) {}

    void begin_object() { begin('{'); }
    void end_object() { end('}'); }
    void begin_array() { begin('['); }
    void end_array() { end(']'); }
    void key(std::string_view key);
    void string(std::string_view value);
    void integer(std::int64_t value);
    void unsigned_integer(std::uint64_t value);
    void floating(double value);
    void null();
    void value(const Value& value, TimestampFormat timestamps = TimestampFormat::Rfc3339);

private:
    void begin(char bracket);
    void end(char bracket);
    /// What stands before a key or an item: comma, line break, indentation.
    void item();

    ByteBuffer& out_;
    JsonLayout layout_;
    std::uint32_t depth_ = 0;
    bool first_ = true;
    bool after_key_ = false;
};

}  // namespace engine
