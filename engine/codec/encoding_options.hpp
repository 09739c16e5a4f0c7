#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/codec/decoding_options.hpp"
#include "engine/codec/timestamp_format.hpp"
#include "engine/event/path.hpp"

namespace engine {

/// Which values of a metric's tag are encoded.
enum class MetricTagValues : std::uint8_t {
    Single,  // the last value that is not null
    Full,    // an array when there are several
    Auto,    // the same, as the reference does it
};

/// A sink's `encoding` table. Plain values.
struct EncodingOptions {
    std::string codec;
    /// Only these fields, or all but these.
    std::optional<std::vector<Path>> only_fields;
    std::optional<std::vector<Path>> except_fields;
    std::optional<TimestampFormat> timestamp_format;
    MetricTagValues metric_tag_values = MetricTagValues::Single;
    struct Json {
        bool pretty = false;
    } json;
    enum class QuoteStyle : std::uint8_t { Always, Necessary, Never, NonNumeric };
    struct Csv {
        std::vector<Path> fields;
        char delimiter = ',';
        char quote = '"';
        char escape = '"';
        /// Quotes are doubled rather than preceded by `escape`.
        bool double_quote = true;
        QuoteStyle quote_style = QuoteStyle::Necessary;
        /// Accepted for compatibility: buffers grow as needed.
        std::uint64_t capacity = 8192;
    } csv;
};

/// The `character_delimited` table of a sink's framing.
struct EventDelimiterOptions {
    char delimiter = '\0';
};

/// A sink's `framing` table; only the members of `method` count. Plain values.
struct EventFramingOptions {
    std::string method;
    using CharacterDelimited = EventDelimiterOptions;
    /// Required by the method.
    std::optional<CharacterDelimited> character_delimited = {};
    /// Required by the method.
    std::optional<LengthDelimitedOptions> length_delimited = {};
    /// Of `varint_length_delimited`.
    std::uint64_t max_frame_length = 8388608;
};

}  // namespace engine
