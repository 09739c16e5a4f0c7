#include <fmt/format.h>

#include <bit>
#include <cstring>
#include <type_traits>

#include "engine/codec/number_parser.hpp"
#include "engine/codec/plain_text.hpp"
#include "engine/codec/protobuf/message.hpp"
#include "engine/event/shape.hpp"

namespace engine::protobuf {

namespace {

/// The reason, once there is one.
using Written = std::expected<void, std::string>;

std::string_view kind_name(const Value& value) {
    switch (value.kind()) {
        case ValueKind::Null:
            return "null";
        case ValueKind::Boolean:
            return "boolean";
        case ValueKind::Integer:
            return "integer";
        case ValueKind::Float:
            return "float";
        case ValueKind::Bytes:
            return "string";
        case ValueKind::Timestamp:
            return "timestamp";
        case ValueKind::Regex:
            return "regex";
        case ValueKind::Array:
            return "array";
        case ValueKind::Object:
            return "map";
    }
    return "null";
}

std::string_view type_name(const Field& field) {
    if (field.is_message()) {
        return field.message->full_name;
    }
    switch (field.type) {
        case FieldType::Double:
            return "double";
        case FieldType::Float:
            return "float";
        case FieldType::Int64:
            return "int64";
        case FieldType::UInt64:
            return "uint64";
        case FieldType::Int32:
            return "int32";
        case FieldType::Fixed64:
            return "fixed64";
        case FieldType::Fixed32:
            return "fixed32";
        case FieldType::Bool:
            return "bool";
        case FieldType::String:
            return "string";
        case FieldType::Bytes:
            return "bytes";
        case FieldType::UInt32:
            return "uint32";
        case FieldType::SFixed32:
            return "sfixed32";
        case FieldType::SFixed64:
            return "sfixed64";
        case FieldType::SInt32:
            return "sint32";
        case FieldType::SInt64:
            return "sint64";
        default:
            return field.enumeration->full_name;
    }
}

void append_varint(std::uint64_t number, std::string& out) {
    for (; number >= 0x80; number >>= 7) {
        out += static_cast<char>(number | 0x80);
    }
    out += static_cast<char>(number);
}

void append_key(std::uint32_t number, WireType type, std::string& out) {
    append_varint(std::uint64_t{number} << 3 | static_cast<std::uint64_t>(type), out);
}

void append_delimited(std::string_view contents, std::string& out) {
    append_varint(contents.size(), out);
    out += contents;
}

template <typename Number>
void append_fixed(Number number, std::string& out) {
    static_assert(std::endian::native == std::endian::little);
    char bytes[sizeof(number)];
    std::memcpy(bytes, &number, sizeof(number));
    out.append(bytes, sizeof(number));
}

/// A scalar's bytes on the wire, and whether it is its type's default.
struct Scalar {
    std::string bytes;
    bool is_default = false;
};
using Converted = std::expected<Scalar, std::string>;

std::unexpected<std::string> wrong_kind(const Field& field, const Value& value) {
    return std::unexpected(
        fmt::format("Cannot encode `{}` into protobuf `{}`", kind_name(value), type_name(field)));
}

std::unexpected<std::string> unreadable(std::string_view text, std::string_view type,
                                        std::string_view why) {
    return std::unexpected(fmt::format("Can't convert '{}' to {}: {}", text, type, why));
}

/// The value as `Number`, cut down to its bits.
template <typename Number>
std::expected<Number, std::string> whole(const Field& field, const Value& value) {
    if (value.is_integer()) {
        return static_cast<Number>(value.as_integer());
    }
    if (!value.is_bytes()) {
        return wrong_kind(field, value);
    }
    const auto number = parse_whole<Number>(value.as_bytes());
    if (!number) {
        return unreadable(
            value.as_bytes(),
            fmt::format("{}{}", std::is_signed_v<Number> ? "i" : "u", sizeof(Number) * 8),
            number.error());
    }
    return *number;
}

enum class Form : std::uint8_t { Varint, ZigZag, Fixed };

template <typename Number>
Converted whole_scalar(const Field& field, const Value& value, Form form) {
    const auto number = whole<Number>(field, value);
    if (!number) {
        return std::unexpected(number.error());
    }
    Scalar scalar{.bytes = {}, .is_default = *number == 0};
    if (form == Form::Fixed) {
        append_fixed(*number, scalar.bytes);
        return scalar;
    }
    // Negative ones of 32 bits are extended to 64.
    auto bits = static_cast<std::uint64_t>(*number);
    if (form == Form::ZigZag) {
        bits = bits << 1 ^ (*number < 0 ? ~std::uint64_t{0} : 0);
    }
    append_varint(bits, scalar.bytes);
    return scalar;
}

template <typename Number>
Converted floating_scalar(const Field& field, const Value& value) {
    double number = 0;
    if (value.is_float()) {
        number = value.as_float();
    } else if (value.is_integer()) {
        number = static_cast<double>(value.as_integer());
    } else if (value.is_bytes()) {
        const auto parsed = parse_decimal(value.as_bytes());
        if (!parsed) {
            return unreadable(value.as_bytes(), sizeof(Number) == 4 ? "f32" : "f64",
                              value.as_bytes().empty() ? "cannot parse float from empty string"
                                                       : "invalid float literal");
        }
        number = *parsed;
    } else {
        return wrong_kind(field, value);
    }
    Scalar scalar{.bytes = {}, .is_default = number == 0};
    append_fixed(static_cast<Number>(number), scalar.bytes);
    return scalar;
}

Converted boolean_scalar(const Field& field, const Value& value) {
    if (value.is_bytes() && value.as_bytes() != "true" && value.as_bytes() != "false") {
        return unreadable(value.as_bytes(), "bool", "provided string was not `true` or `false`");
    }
    if (!value.is_boolean() && !value.is_bytes()) {
        return wrong_kind(field, value);
    }
    const bool is_true = value.is_boolean() ? value.as_boolean() : value.as_bytes() == "true";
    return Scalar{std::string(1, is_true ? '\1' : '\0'), !is_true};
}

Converted enum_scalar(const Field& field, const Value& value) {
    std::int32_t number = 0;
    if (value.is_bytes()) {
        const auto* const entry = field.enumeration->find(value.as_bytes());
        if (entry == nullptr) {
            return std::unexpected(fmt::format("Enum `{}` has no value that matches string '{}'",
                                               field.enumeration->full_name, value.as_bytes()));
        }
        number = entry->number;
    } else if (value.is_integer()) {
        number = static_cast<std::int32_t>(value.as_integer());
    } else {
        return wrong_kind(field, value);
    }
    Scalar scalar{.bytes = {}, .is_default = number == 0};
    append_varint(static_cast<std::uint64_t>(std::int64_t{number}), scalar.bytes);
    return scalar;
}

Converted text_scalar(const Field& field, const Value& value, StringCoercion coercion) {
    const bool is_coerced =
        field.type == FieldType::String && coercion == StringCoercion::Lossy &&
        (value.is_integer() || value.is_float() || value.is_boolean() || value.is_timestamp());
    if (!value.is_bytes() && !is_coerced) {
        return wrong_kind(field, value);
    }
    ByteBuffer text;
    if (field.type == FieldType::String) {
        write_plain_text(value, text);
    }
    const std::string_view contents =
        field.type == FieldType::String ? text.view() : value.as_bytes();
    Scalar scalar{.bytes = {}, .is_default = contents.empty()};
    append_delimited(contents, scalar.bytes);
    return scalar;
}

/// One run over a value.
class Encoder {
public:
    explicit Encoder(StringCoercion coercion) : coercion_(coercion) {}

    Written message(const MessageType& type, const ObjectNode& object, std::string& out) {
        for (const Field& field : type.fields) {
            const Value* const value = object.find(field.name);
            if (value == nullptr || value->is_null()) {
                continue;
            }
            if (auto written = member(field, *value, out); !written) {
                return std::unexpected(
                    fmt::format("Error converting {} field: {}", field.name, written.error()));
            }
        }
        return {};
    }

private:
    Written member(const Field& field, const Value& value, std::string& out) {
        if (field.is_map) {
            return map(field, value, out);
        }
        if (!field.is_repeated) {
            return value.is_array() ? std::unexpected(std::string(
                                          "Cannot encode array into a non-repeated protobuf field"))
                                    : single(field, value, !field.has_presence, out);
        }
        const std::span<const Value> items =
            value.is_array() ? value.as_array().view() : std::span(&value, 1);
        if (field.is_packed && !items.empty()) {
            return packed(field, items, out);
        }
        for (const Value& item : items) {
            if (auto written = single(field, item, false, out); !written) {
                return written;
            }
        }
        return {};
    }

    Written packed(const Field& field, std::span<const Value> items, std::string& out) {
        std::string contents;
        for (const Value& item : items) {
            const Converted scalar = convert(field, item);
            if (!scalar) {
                return std::unexpected(scalar.error());
            }
            contents += scalar->bytes;
        }
        append_key(field.number, WireType::LengthDelimited, out);
        append_delimited(contents, out);
        return {};
    }

    /// With its key; nothing for a default that may be left out.
    Written single(const Field& field, const Value& value, bool omits_default, std::string& out) {
        if (field.is_message()) {
            return submessage(field, value, out);
        }
        const Converted scalar = convert(field, value);
        if (!scalar) {
            return std::unexpected(scalar.error());
        }
        if (!omits_default || !scalar->is_default) {
            append_key(field.number, field.wire_type(), out);
            out += scalar->bytes;
        }
        return {};
    }

    Written submessage(const Field& field, const Value& value, std::string& out) {
        std::string contents;
        if (value.is_timestamp() && field.message->full_name == "google.protobuf.Timestamp") {
            timestamp(value.as_timestamp(), contents);
        } else if (!value.is_object()) {
            return wrong_kind(field, value);
        } else if (auto written = message(*field.message, value.as_object(), contents); !written) {
            return written;
        }
        append_key(field.number, field.wire_type(), out);
        if (field.type == FieldType::Group) {
            out += contents;
            append_key(field.number, WireType::EndGroup, out);
        } else {
            append_delimited(contents, out);
        }
        return {};
    }

    static void timestamp(Timestamp time, std::string& out) {
        if (time.seconds != 0) {
            append_key(1, WireType::Varint, out);
            append_varint(static_cast<std::uint64_t>(time.seconds), out);
        }
        if (time.nanoseconds != 0) {
            append_key(2, WireType::Varint, out);
            append_varint(time.nanoseconds, out);
        }
    }

    /// A message of key and value for each member.
    Written map(const Field& field, const Value& value, std::string& out) {
        if (!value.is_object()) {
            return value.is_array() ? std::unexpected(std::string(
                                          "Cannot encode array into a non-repeated protobuf field"))
                                    : Written(wrong_kind(field, value));
        }
        const Field& key_field = field.message->fields.front();
        const Field& value_field = field.message->fields.back();
        const ObjectNode& object = value.as_object();
        for (std::uint32_t i = 0; i < object.size(); ++i) {
            const Value key = Value::bytes(object.shape->keys()[i]);
            std::string entry;
            Written written = single(key_field, key, true, entry);
            if (written) {
                written = single(value_field, object.values[i], true, entry);
            }
            if (!written) {
                return written;
            }
            append_key(field.number, WireType::LengthDelimited, out);
            append_delimited(entry, out);
        }
        return {};
    }

    Converted convert(const Field& field, const Value& value) const {
        switch (field.type) {
            case FieldType::Double:
                return floating_scalar<double>(field, value);
            case FieldType::Float:
                return floating_scalar<float>(field, value);
            case FieldType::Int64:
                return whole_scalar<std::int64_t>(field, value, Form::Varint);
            case FieldType::UInt64:
                return whole_scalar<std::uint64_t>(field, value, Form::Varint);
            case FieldType::Int32:
                return whole_scalar<std::int32_t>(field, value, Form::Varint);
            case FieldType::Fixed64:
                return whole_scalar<std::uint64_t>(field, value, Form::Fixed);
            case FieldType::Fixed32:
                return whole_scalar<std::uint32_t>(field, value, Form::Fixed);
            case FieldType::Bool:
                return boolean_scalar(field, value);
            case FieldType::UInt32:
                return whole_scalar<std::uint32_t>(field, value, Form::Varint);
            case FieldType::Enum:
                return enum_scalar(field, value);
            case FieldType::SFixed32:
                return whole_scalar<std::int32_t>(field, value, Form::Fixed);
            case FieldType::SFixed64:
                return whole_scalar<std::int64_t>(field, value, Form::Fixed);
            case FieldType::SInt32:
                return whole_scalar<std::int32_t>(field, value, Form::ZigZag);
            case FieldType::SInt64:
                return whole_scalar<std::int64_t>(field, value, Form::ZigZag);
            default:
                return text_scalar(field, value, coercion_);
        }
    }

    StringCoercion coercion_;
};

}  // namespace

std::expected<std::string, std::string> encode(const MessageType& type, const Value& value,
                                               StringCoercion coercion) {
    if (!value.is_object()) {
        return std::unexpected("ProtobufSerializer only supports serializing objects");
    }
    std::string out;
    if (auto written = Encoder(coercion).message(type, value.as_object(), out); !written) {
        return std::unexpected(std::move(written.error()));
    }
    return out;
}

}  // namespace engine::protobuf
