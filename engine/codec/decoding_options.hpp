#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "engine/config/node.hpp"

namespace engine {

/// What a framer does with a frame over `max_length`.
enum class OversizedAction : std::uint8_t { Drop, Truncate };

/// A source's `decoding` table. Plain values.
struct DecodingOptions {
    std::string codec = "bytes";
    struct Json {
        /// Invalid UTF-8 becomes U+FFFD rather than an error.
        bool lossy = true;
    } json;
    Json native_json;
    struct Vrl {
        config::Located<std::string> source;
        /// Of timestamps that name none; unset: UTC.
        std::optional<std::string> timezone;
    };
    /// Required by the codec.
    std::optional<Vrl> vrl = {};
};

/// Fields of the `length_delimited` table, for framing in both directions.
struct LengthDelimitedOptions {
    std::uint64_t max_frame_length = 8388608;
    std::uint64_t length_field_offset = 0;
    std::uint64_t length_field_length = 4;  // 1 to 8
    bool length_field_is_big_endian = true;
};

/// The `newline_delimited` table of a source's framing.
struct NewlineDelimitedOptions {
    std::optional<std::uint64_t> max_length = {};
    OversizedAction oversized_action = OversizedAction::Drop;
};

/// The `character_delimited` table of a source's framing.
struct CharacterDelimitedOptions {
    char delimiter = '\0';
    std::optional<std::uint64_t> max_length = {};
    OversizedAction oversized_action = OversizedAction::Drop;
};

/// A source's `framing` table; only the members of `method` count. Plain values.
struct FramingOptions {
    std::string method;
    using NewlineDelimited = NewlineDelimitedOptions;
    using CharacterDelimited = CharacterDelimitedOptions;
    NewlineDelimited newline_delimited = {};
    /// Required by the method.
    std::optional<CharacterDelimited> character_delimited = {};
    /// Required by the method.
    std::optional<LengthDelimitedOptions> length_delimited = {};
    struct OctetCounting {
        std::optional<std::uint64_t> max_length = {};
    } octet_counting = {};
    /// Of `varint_length_delimited`.
    std::uint64_t max_frame_length = 8388608;
};

}  // namespace engine
