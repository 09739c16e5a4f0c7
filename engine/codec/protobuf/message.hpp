#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "engine/codec/protobuf/schema.hpp"
#include "engine/event/arena.hpp"
#include "engine/event/value.hpp"

namespace engine::protobuf {

/// The message as an object: fields by their names, enumerations by theirs; fields that are not set
/// are missing. Strings are copied into the arena. The error is the reference's text. Nesting ends
/// at 100 levels.
[[nodiscard]] std::expected<Value, std::string> decode(const MessageType& type,
                                                       std::string_view bytes, Arena& arena);

/// Whether numbers, booleans and times become strings where a field demands a string.
enum class StringCoercion : std::uint8_t { Strict, Lossy };

/// The object as a message: fields in the order of their numbers; members that are no fields, and
/// null, are left out.
[[nodiscard]] std::expected<std::string, std::string> encode(const MessageType& type,
                                                             const Value& value,
                                                             StringCoercion coercion);

}  // namespace engine::protobuf
