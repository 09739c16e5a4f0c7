#include "engine/vrl/debug_text.hpp"

#include <fmt/format.h>

#include "engine/event/shape.hpp"
#include "engine/vrl/display.hpp"
#include "engine/vrl/regex/regex.hpp"

namespace engine::vrl {

namespace {

void append_bytes(std::string_view bytes, std::string& out) {
    out += "Bytes(b\"";
    for (const char character : bytes) {
        const auto byte = static_cast<unsigned char>(character);
        if (character == '"' || character == '\\') {
            out += '\\';
            out += character;
        } else if (character == '\n') {
            out += "\\n";
        } else if (character == '\r') {
            out += "\\r";
        } else if (character == '\t') {
            out += "\\t";
        } else if (character == '\0') {
            out += "\\0";
        } else if (byte < 0x20 || byte >= 0x7f) {
            out += fmt::format("\\x{:02x}", byte);
        } else {
            out += character;
        }
    }
    out += "\")";
}

void append_float_debug(double value, std::string& out) {
    std::string number;
    append_float(value, number);
    if (number.find_first_of(".in") == std::string::npos) {
        number += ".0";
    }
    out += fmt::format("Float({})", number);
}

void append(const Value& value, std::string& out);

void append_array(const ArrayNode& array, std::string& out) {
    out += "Array([";
    for (std::uint32_t i = 0; i < array.size; ++i) {
        out += i == 0 ? "" : ", ";
        append(array.items[i], out);
    }
    out += "])";
}

void append_object(const ObjectNode& object, std::string& out) {
    out += "Object({";
    for (std::uint32_t i = 0; i < object.size(); ++i) {
        out += fmt::format("{}KeyString(\"{}\"): ", i == 0 ? "" : ", ", object.shape->key(i));
        append(object.values[i], out);
    }
    out += "})";
}

void append(const Value& value, std::string& out) {
    switch (value.kind()) {
        case ValueKind::Null:
            out += "Null";
            return;
        case ValueKind::Boolean:
            out += value.as_boolean() ? "Boolean(true)" : "Boolean(false)";
            return;
        case ValueKind::Integer:
            out += fmt::format("Integer({})", value.as_integer());
            return;
        case ValueKind::Float:
            return append_float_debug(value.as_float(), out);
        case ValueKind::Bytes:
            return append_bytes(value.as_bytes(), out);
        case ValueKind::Timestamp:
            out += "Timestamp(";
            append_timestamp(value.as_timestamp(), out);
            out += ')';
            return;
        case ValueKind::Regex:
            out += fmt::format("Regex(ValueRegex(Regex(\"{}\")))", value.as_regex().pattern());
            return;
        case ValueKind::Array:
            return append_array(value.as_array(), out);
        case ValueKind::Object:
            return append_object(value.as_object(), out);
    }
}

}  // namespace

std::string debug_text(const Value& value) {
    std::string text;
    append(value, text);
    return text;
}

}  // namespace engine::vrl
