#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/diagnostic/error.hpp"

/// Protocol Buffers without generated code: messages described by a descriptor file go straight to
/// values and back.
namespace engine::protobuf {

/// As descriptor files number them.
enum class FieldType : std::uint8_t {
    Double = 1,
    Float,
    Int64,
    UInt64,
    Int32,
    Fixed64,
    Fixed32,
    Bool,
    String,
    Group,
    Message,
    Bytes,
    UInt32,
    Enum,
    SFixed32,
    SFixed64,
    SInt32,
    SInt64,
};

/// How a field stands on the wire, by its number there.
enum class WireType : std::uint8_t {
    Varint,
    SixtyFourBit,
    LengthDelimited,
    StartGroup,
    EndGroup,
    ThirtyTwoBit,
};

/// An enumeration's names and numbers. Of equal numbers (aliases) the first name counts.
struct EnumType {
    struct Entry {
        std::string name;
        std::int32_t number;
    };
    std::string name;
    std::string full_name;
    std::vector<Entry> entries;

    [[nodiscard]] const Entry* find(std::int32_t number) const;
    /// In any case of letters.
    [[nodiscard]] const Entry* find(std::string_view name) const;
};

struct MessageType;

/// A field of a message; owned by its message.
struct Field {
    std::string name;
    std::uint32_t number = 0;
    FieldType type = FieldType::Double;
    bool is_repeated = false;
    bool is_map = false;
    bool is_packed = false;
    /// Whether a default value that is set differs from none.
    bool has_presence = false;
    /// Fields of equal number exclude each other; negative for others.
    int oneof = -1;
    const MessageType* message = nullptr;
    const EnumType* enumeration = nullptr;

    [[nodiscard]] bool is_message() const {
        return type == FieldType::Message || type == FieldType::Group;
    }
    [[nodiscard]] WireType wire_type() const;
};

/// A message; fields in the order of their numbers.
struct MessageType {
    std::string full_name;
    std::vector<Field> fields;

    [[nodiscard]] const Field* find(std::uint64_t number) const;
};

/// A descriptor file's types as far as one message needs them. Immutable, shared by threads.
class Schema {
public:
    /// Reads a file that `protoc --include_imports --descriptor_set_out` made. `message` is the
    /// full name.
    [[nodiscard]] static Result<std::shared_ptr<const Schema>> load(const std::string& path,
                                                                    const std::string& message);

    [[nodiscard]] const MessageType& root() const { return messages_.front(); }

private:
    friend class SchemaBuilder;
    std::deque<MessageType> messages_;
    std::deque<EnumType> enums_;
};

}  // namespace engine::protobuf
