#pragma once

#include <string>

#include "engine/codec/protobuf/schema.hpp"
#include "engine/vrl/function.hpp"

namespace engine::vrl {

// What parse_proto and encode_proto share: `desc_file` (position 1) and `message_type` (position
// 2).

[[nodiscard]] inline Parameter descriptor_file_parameter() {
    return required("desc_file", kinds::bytes,
                    "The descriptor file, as `protoc --include_imports --descriptor_set_out` "
                    "makes it; read when compiling.")
        .literal();
}
[[nodiscard]] inline Parameter message_type_parameter() {
    return required("message_type", kinds::bytes, "The message's full name.").literal();
}

/// Reads the descriptor file.
[[nodiscard]] inline Prepared prepare_schema(Preparation& call) {
    const auto& file = call.constant(1);
    const auto& message = call.constant(2);
    if (!file || !message || !file->is_bytes() || !message->is_bytes()) {
        return nullptr;
    }
    auto schema =
        protobuf::Schema::load(std::string(file->as_bytes()), std::string(message->as_bytes()));
    if (!schema) {
        return std::unexpected(
            CompileError::invalid_argument("desc_file", schema.error().message, *file));
    }
    return std::move(*schema);
}

/// For examples: `message Order { string id = 1; int32 count = 2; repeated string tags = 3; }` in
/// package `shop`.
inline constexpr std::string_view example_file = "shop.desc (base64)";
inline constexpr std::string_view example_descriptor =
    "ClsKCGV4LnByb3RvEgRzaG9wIkEKBU9yZGVyEg4KAmlkGAEgASgJUgJpZBIUCgVjb3VudBgC"
    "IAEoBVIFY291bnQSEgoEdGFncxgDIAMoCVIEdGFnc2IGcHJvdG8z";

}  // namespace engine::vrl
