#include "engine/vrl/key_value/key_value_writer.hpp"

#include <map>

#include "engine/event/shape.hpp"
#include "engine/vrl/display.hpp"
#include "engine/vrl/regex/regex.hpp"

namespace engine::vrl {

namespace {

using Fields = std::map<std::string, const Value*, std::less<>>;

/// `room` is what keys may still take. False when they take more.
bool flatten(const std::string& prefix, const Value& value, std::size_t& room, Fields& fields) {
    if (prefix.size() > room) {
        return false;
    }
    room -= prefix.size();
    const std::string stem = prefix.empty() ? prefix : prefix + '.';
    if (value.is_object()) {
        const ObjectNode& object = value.as_object();
        for (std::uint32_t i = 0; i < object.size(); ++i) {
            const std::string key = stem + std::string(object.shape->key(i));
            if (!flatten(key, object.values[i], room, fields)) {
                return false;
            }
        }
    } else if (value.is_array()) {
        const auto items = value.as_array().view();
        for (std::size_t i = 0; i < items.size(); ++i) {
            if (!flatten(stem + std::to_string(i), items[i], room, fields)) {
                return false;
            }
        }
    } else {
        fields.insert_or_assign(prefix, &value);
    }
    return true;
}

void append_text(std::string_view text, std::string& out) {
    const bool needs_quotes = text.find_first_of(" \t\n\v\f\r\"=") != std::string_view::npos;
    out += needs_quotes ? "\"" : "";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (c == '\n') {
            out += "\\\\n";  // the reference escapes the backslash of its own escape
        } else {
            out += c;
        }
    }
    out += needs_quotes ? "\"" : "";
}

void append_value(const Value& value, std::string& out) {
    std::string text;
    switch (value.kind()) {
        case ValueKind::Bytes: {
            std::string buffer;
            append_text(utf8_lossy(value.as_bytes(), buffer), out);
            return;
        }
        case ValueKind::Regex:
            append_text(value.as_regex().pattern(), out);
            return;
        case ValueKind::Timestamp:
            append_timestamp(value.as_timestamp(), text);
            break;
        default:
            display(value, text);
            break;
    }
    append_text(text, out);
}

void append_field(std::string_view key, const Value& value, const KeyValueStyle& style,
                  std::string& out) {
    const bool is_flattened =
        value.is_boolean() && style.booleans == KeyValueStyle::Booleans::Flattened;
    if (is_flattened && !value.as_boolean()) {
        return;
    }
    out += out.empty() ? std::string_view() : style.field_delimiter;
    append_text(key, out);
    if (!is_flattened) {
        out += style.key_value_delimiter;
        append_value(value, out);
    }
}

}  // namespace

bool write_key_values(const Value& object, std::span<const Value> first, const KeyValueStyle& style,
                      std::size_t longest, std::string& out) {
    Fields fields;
    std::size_t room = longest;
    if (!flatten({}, object, room, fields)) {
        return false;
    }
    for (const Value& name : first) {
        const auto field = fields.find(name.as_bytes());
        if (field != fields.end()) {
            append_field(field->first, *field->second, style, out);
            fields.erase(field);
        }
    }
    for (const auto& [key, value] : fields) {
        if (out.size() > longest) {
            return false;
        }
        append_field(key, *value, style, out);
    }
    return out.size() <= longest;
}

}  // namespace engine::vrl
