#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <vector>

#include "engine/codec/protobuf/message.hpp"
#include "engine/codec/utf8.hpp"
#include "engine/event/container.hpp"

namespace engine::protobuf {

namespace {

constexpr int deepest_level = 100;

std::string_view name_of(WireType type) {
    static constexpr std::array<std::string_view, 6> names{
        "Varint", "SixtyFourBit", "LengthDelimited", "StartGroup", "EndGroup", "ThirtyTwoBit"};
    return names[static_cast<std::size_t>(type)];
}

struct Content;

/// What was read of one field: the last value, or all. Numbers of enumerations and NaN are turned
/// into values at the end, as the reference checks them only when the whole message was read.
struct Slot {
    const Field* field = nullptr;
    std::vector<Value> values;
    /// Of message fields and of maps (whose messages are the entries).
    std::vector<std::unique_ptr<Content>> messages;
};

/// A message that is being read: slots in the order of the fields' numbers.
struct Content {
    std::vector<Slot> slots;

    Slot& at(const Field& field) {
        const auto number = [](const Slot& slot) { return slot.field->number; };
        const auto found = std::ranges::lower_bound(slots, field.number, {}, number);
        if (found != slots.end() && found->field == &field) {
            return *found;
        }
        return *slots.insert(found, Slot{&field, {}, {}});
    }
    [[nodiscard]] const Slot* find(std::uint32_t number) const {
        const auto found = std::ranges::find_if(
            slots, [number](const Slot& slot) { return slot.field->number == number; });
        return found == slots.end() ? nullptr : &*found;
    }
    /// Only the member of a oneof that came last stays.
    void keep_alone(const Field& field) {
        std::erase_if(slots, [&field](const Slot& slot) {
            return slot.field != &field && slot.field->oneof == field.oneof;
        });
    }
};

/// One run over the bytes. A failure leaves `error_`.
class Decoder {
public:
    Decoder(std::string_view bytes, Arena& arena) : bytes_(bytes), arena_(arena) {}

    std::expected<Value, std::string> decode(const MessageType& type) {
        Content content;
        while (at_ < bytes_.size()) {
            if (!field(type, content, 0)) {
                return std::unexpected(fmt::format(
                    "Error parsing protobuf: DecodeError {{ description: \"{}\", stack: [] }}",
                    error_));
            }
        }
        const Value value = object(content);
        return error_.empty() ? std::expected<Value, std::string>(value)
                              : std::unexpected(std::move(error_));
    }

private:
    bool fail(std::string_view error) {
        error_ = error;
        return false;
    }

    // ---- Wire format --------------------------------------------------------------------------

    bool varint(std::uint64_t& number) {
        number = 0;
        for (unsigned shift = 0; shift < 70 && at_ < bytes_.size(); shift += 7) {
            const auto byte = static_cast<std::uint8_t>(bytes_[at_++]);
            if (shift == 63 && byte > 1) {
                break;
            }
            number |= std::uint64_t{byte & 0x7fU} << shift;
            if (byte < 0x80) {
                return true;
            }
        }
        return fail("invalid varint");
    }

    bool key(std::uint64_t& number, WireType& type) {
        std::uint64_t key = 0;
        if (!varint(key)) {
            return false;
        }
        if (key > std::numeric_limits<std::uint32_t>::max()) {
            return fail(fmt::format("invalid key value: {}", key));
        }
        if ((key & 7) > static_cast<std::uint64_t>(WireType::ThirtyTwoBit)) {
            return fail(fmt::format("invalid wire type value: {}", key & 7));
        }
        type = static_cast<WireType>(key & 7);
        number = key >> 3;
        return number != 0 || fail("invalid tag value: 0");
    }

    bool take(std::uint64_t count, std::string_view& taken) {
        if (count > bytes_.size() - at_) {
            return fail("buffer underflow");
        }
        taken = bytes_.substr(at_, count);
        at_ += count;
        return true;
    }

    template <typename Number>
    bool fixed(Number& number) {
        std::string_view taken;
        if (!take(sizeof(number), taken)) {
            return false;
        }
        std::memcpy(&number, taken.data(), sizeof(number));
        return true;
    }

    bool delimited(std::string_view& contents) {
        std::uint64_t size = 0;
        return varint(size) && take(size, contents);
    }

    /// Where a length-delimited part ends.
    bool part(std::size_t& end) {
        std::uint64_t size = 0;
        if (!varint(size)) {
            return false;
        }
        if (size > bytes_.size() - at_) {
            return fail("buffer underflow");
        }
        end = at_ + size;
        return true;
    }

    bool skip(WireType type, std::uint64_t number, int depth) {
        std::string_view taken;
        std::uint64_t ignored = 0;
        switch (type) {
            case WireType::Varint:
                return varint(ignored);
            case WireType::SixtyFourBit:
                return take(8, taken);
            case WireType::ThirtyTwoBit:
                return take(4, taken);
            case WireType::LengthDelimited:
                return delimited(taken);
            case WireType::StartGroup:
                return skip_group(number, depth);
            case WireType::EndGroup:
                break;
        }
        return fail("unexpected end group tag");
    }

    bool skip_group(std::uint64_t group, int depth) {
        if (depth == deepest_level) {
            return fail("recursion limit reached");
        }
        while (true) {
            std::uint64_t number = 0;
            WireType type{};
            if (!key(number, type)) {
                return false;
            }
            if (type == WireType::EndGroup) {
                return number == group || fail("unexpected end group tag");
            }
            if (!skip(type, number, depth + 1)) {
                return false;
            }
        }
    }

    // ---- Fields -------------------------------------------------------------------------------

    bool field(const MessageType& message, Content& content, int depth) {
        std::uint64_t number = 0;
        WireType type{};
        if (!key(number, type)) {
            return false;
        }
        return field(message, content, number, type, depth);
    }

    bool field(const MessageType& message, Content& content, std::uint64_t number, WireType type,
               int depth) {
        const Field* const field = message.find(number);
        if (field == nullptr) {
            return skip(type, number, depth);
        }
        if (field->oneof >= 0) {
            content.keep_alone(*field);
        }
        Slot& slot = content.at(*field);
        const WireType expected = field->wire_type();
        if (field->is_repeated && type == WireType::LengthDelimited &&
            expected != WireType::LengthDelimited && expected != WireType::StartGroup) {
            return packed(slot);
        }
        if (type != expected) {
            return fail(fmt::format("invalid wire type: {} (expected {})", name_of(type),
                                    name_of(expected)));
        }
        return field->is_message() ? message_field(slot, depth) : scalar(slot);
    }

    bool packed(Slot& slot) {
        std::size_t end = 0;
        if (!part(end)) {
            return false;
        }
        while (at_ < end) {
            if (!scalar(slot)) {
                return false;
            }
        }
        return at_ == end || fail("delimited length exceeded");
    }

    bool message_field(Slot& slot, int depth) {
        if (depth == deepest_level) {
            return fail("recursion limit reached");
        }
        if (slot.field->is_repeated || slot.messages.empty()) {
            slot.messages.push_back(std::make_unique<Content>());
        }
        Content& content = *slot.messages.back();
        return slot.field->type == FieldType::Group ? group(*slot.field, content, depth + 1)
                                                    : message(*slot.field, content, depth + 1);
    }

    bool message(const Field& owner, Content& content, int depth) {
        std::size_t end = 0;
        if (!part(end)) {
            return false;
        }
        while (at_ < end) {
            if (!field(*owner.message, content, depth)) {
                return false;
            }
        }
        return at_ == end || fail("delimited length exceeded");
    }

    bool group(const Field& owner, Content& content, int depth) {
        while (true) {
            std::uint64_t number = 0;
            WireType type{};
            if (!key(number, type)) {
                return false;
            }
            if (type == WireType::EndGroup) {
                return number == owner.number || fail("unexpected end group tag");
            }
            if (!field(*owner.message, content, number, type, depth)) {
                return false;
            }
        }
    }

    bool scalar(Slot& slot) {
        Value value;
        if (!scalar(slot.field->type, value)) {
            return false;
        }
        if (slot.field->is_repeated || slot.values.empty()) {
            slot.values.push_back(value);
        } else {
            slot.values.front() = value;
        }
        return true;
    }

    template <typename Number>
    bool fixed_value(Value& value) {
        Number number{};
        if (!fixed(number)) {
            return false;
        }
        if constexpr (std::is_floating_point_v<Number>) {
            value = Value::floating(number);
        } else {
            value = Value::integer(static_cast<std::int64_t>(number));
        }
        return true;
    }

    bool scalar(FieldType type, Value& value) {
        switch (type) {
            case FieldType::Double:
                return fixed_value<double>(value);
            case FieldType::Float:
                return fixed_value<float>(value);
            case FieldType::Fixed64:
                return fixed_value<std::uint64_t>(value);
            case FieldType::SFixed64:
                return fixed_value<std::int64_t>(value);
            case FieldType::Fixed32:
                return fixed_value<std::uint32_t>(value);
            case FieldType::SFixed32:
                return fixed_value<std::int32_t>(value);
            case FieldType::String:
            case FieldType::Bytes:
                return text(type, value);
            default:
                return varint_value(type, value);
        }
    }

    bool text(FieldType type, Value& value) {
        std::string_view contents;
        if (!delimited(contents)) {
            return false;
        }
        if (type == FieldType::String && !is_utf8(contents)) {
            return fail("invalid string value: data is not UTF-8 encoded");
        }
        value = Value::copy_of(contents, arena_);
        return true;
    }

    bool varint_value(FieldType type, Value& value) {
        std::uint64_t bits = 0;
        if (!varint(bits)) {
            return false;
        }
        const auto small = static_cast<std::uint32_t>(bits);
        switch (type) {
            case FieldType::Bool:
                value = Value::boolean(bits != 0);
                return true;
            case FieldType::Int32:
            case FieldType::Enum:
                value = Value::integer(static_cast<std::int32_t>(small));
                return true;
            case FieldType::UInt32:
                value = Value::integer(small);
                return true;
            case FieldType::SInt32:
                value = Value::integer(static_cast<std::int32_t>(small >> 1 ^ (0 - (small & 1))));
                return true;
            case FieldType::SInt64:
                bits = bits >> 1 ^ (0 - (bits & 1));
                [[fallthrough]];
            default:
                value = Value::integer(static_cast<std::int64_t>(bits));
                return true;
        }
    }

    // ---- Values -------------------------------------------------------------------------------

    Value object(const Content& content) {
        std::vector<Member> members;
        for (const Slot& slot : content.slots) {
            const Value value = of(slot);
            if (value.is_failure()) {
                return value;
            }
            if (!is_absent(*slot.field, slot)) {
                members.push_back({slot.field->name, value});
            }
        }
        return object_of(members, arena_);
    }

    /// Without presence a default is the same as nothing.
    static bool is_absent(const Field& field, const Slot& slot) {
        if (field.is_repeated) {
            return slot.values.empty() && slot.messages.empty();
        }
        return !field.has_presence && !field.is_message() && is_default(slot.values.front());
    }

    static bool is_default(const Value& value) {
        switch (value.kind()) {
            case ValueKind::Boolean:
                return !value.as_boolean();
            case ValueKind::Integer:
                return value.as_integer() == 0;
            case ValueKind::Float:
                return value.as_float() == 0;
            default:
                return value.is_bytes() && value.as_bytes().empty();
        }
    }

    Value of(const Slot& slot) {
        const Field& field = *slot.field;
        if (field.is_map) {
            return map(slot);
        }
        if (!field.is_repeated) {
            return field.is_message() ? object(*slot.messages.front())
                                      : checked(field, slot.values.front());
        }
        std::vector<Value> items;
        for (const auto& message : slot.messages) {
            items.push_back(object(*message));
            if (items.back().is_failure()) {
                return Value::failure();
            }
        }
        for (const Value& value : slot.values) {
            items.push_back(checked(field, value));
            if (items.back().is_failure()) {
                return Value::failure();
            }
        }
        return array_of(items, arena_);
    }

    Value map(const Slot& slot) {
        const Field& key_field = slot.field->message->fields.front();
        const Field& value_field = slot.field->message->fields.back();
        std::vector<Member> members;
        for (const auto& entry : slot.messages) {
            const Slot* const key = entry->find(key_field.number);
            const Slot* const value = entry->find(value_field.number);
            members.push_back({key_text(key == nullptr ? nothing(key_field) : key->values.front()),
                               value == nullptr ? nothing(value_field) : of(*value)});
            if (members.back().value.is_failure()) {
                return Value::failure();
            }
        }
        return object_of(members, arena_);
    }

    std::string_view key_text(const Value& key) {
        switch (key.kind()) {
            case ValueKind::Boolean:
                return key.as_boolean() ? "true" : "false";
            case ValueKind::Integer:
                return arena_.copy(fmt::format("{}", key.as_integer()));
            default:
                return arena_.copy(key.as_bytes());
        }
    }

    /// What a map's entry holds that does not say.
    Value nothing(const Field& field) {
        switch (field.type) {
            case FieldType::Double:
            case FieldType::Float:
                return Value::floating(0);
            case FieldType::Bool:
                return Value::boolean(false);
            case FieldType::String:
            case FieldType::Bytes:
                return Value::bytes("");
            case FieldType::Group:
            case FieldType::Message:
                return object_of({}, arena_);
            default:
                return checked(field, Value::integer(0));
        }
    }

    Value checked(const Field& field, const Value& value) {
        if (value.is_float() && std::isnan(value.as_float())) {
            error_ = "Float number cannot be Nan";
            return Value::failure();
        }
        if (field.type != FieldType::Enum) {
            return value;
        }
        const auto* const entry =
            field.enumeration->find(static_cast<std::int32_t>(value.as_integer()));
        if (entry == nullptr) {
            error_ = fmt::format("The number {} cannot be in '{}'", value.as_integer(),
                                 field.enumeration->name);
            return Value::failure();
        }
        return Value::copy_of(entry->name, arena_);
    }

    std::string_view bytes_;
    Arena& arena_;
    std::size_t at_ = 0;
    std::string error_;
};

}  // namespace

std::expected<Value, std::string> decode(const MessageType& type, std::string_view bytes,
                                         Arena& arena) {
    static_assert(std::endian::native == std::endian::little);
    return Decoder(bytes, arena).decode(type);
}

}  // namespace engine::protobuf
