#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/codec/cbor_parser.hpp"
#include "engine/codec/json_writer.hpp"
#include "engine/codec/protobuf/message.hpp"
#include "engine/codec/utf8.hpp"
#include "engine/codec/xml_parser.hpp"
#include "engine/codec/yaml_parser.hpp"

namespace {

using engine::protobuf::Field;
using engine::protobuf::FieldType;

/// One field of every sort; the message contains itself.
const engine::protobuf::MessageType& every_field() {
    static const engine::protobuf::EnumType enumeration{"Kind", "Kind", {{"NONE", 0}, {"ONE", 1}}};
    static const engine::protobuf::MessageType type = [] {
        engine::protobuf::MessageType message{"Every", {}};
        for (std::uint32_t number = 1; number <= 36; ++number) {
            const auto kind = static_cast<FieldType>((number - 1) % 18 + 1);
            message.fields.push_back({.name = "f" + std::to_string(number),
                                      .number = number,
                                      .type = kind,
                                      .is_repeated = number > 18,
                                      .message = &type,
                                      .enumeration = &enumeration});
        }
        return message;
    }();
    return type;
}

void write(const engine::Value& value) {
    engine::ByteBuffer text;
    engine::write_json(value, text);
}

}  // namespace

/// Any bytes as YAML, XML, CBOR or Protocol Buffers (by the first byte); what is read must be
/// writable.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) {
        return 0;
    }
    const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
    engine::ByteBuffer clean;
    engine::append_lossy_utf8(rest, clean);
    engine::Arena arena;
    if (data[0] % 4 == 0) {
        if (const auto value = engine::parse_yaml(clean.view(), arena)) {
            write(*value);
        }
    } else if (data[0] % 4 == 1) {
        if (const auto value = engine::parse_xml(clean.view(), {}, arena)) {
            write(*value);
        }
    } else if (data[0] % 4 == 2) {
        if (const auto value = engine::parse_cbor(rest, arena)) {
            write(*value);
        }
    } else if (const auto value = engine::protobuf::decode(every_field(), rest, arena)) {
        using enum engine::protobuf::StringCoercion;
        (void)engine::protobuf::encode(every_field(), *value, Lossy);
    }
    return 0;
}
