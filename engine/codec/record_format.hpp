#pragma once

#include <cstdint>

namespace engine::record_format {

// A record, in order. Numbers are varints (LEB128) unless said; signed ones zigzag; a `string` is
// its length and its bytes; a float is 8 bytes, little-endian.
//
//   version        1 byte
//   content        1 byte: Content
//   events:
//     source_id, source_type    strings
//     envelopes    count, then each envelope
//     events       count
//     metadata     1 byte: Metadata, then no, one, or one value an event
//     each event:  the envelope's index where there are several, then its value or metric
//   request:
//     ordering_key string, then its envelope
//
//   envelope       method, path, query: strings; headers: count, names and values: strings;
//                  body: string; remote_address: string; tls: 1 byte; received_at: time;
//                  id, idempotency_key: strings
//   time           seconds (signed), nanoseconds
//   value          1 byte: Tag, then its contents:
//                  Integer signed; Float; Bytes string; Timestamp time; Array count and values;
//                  Object shape and as many values as it has keys
//   shape          index; the first index not used yet defines a shape: key count, then the keys
//                  (strings), sorted and distinct
//   metric         name, name_space: strings; kind: 1 byte; flags: 1 byte (1: has a time);
//                  time if there is one; interval; tags: count, each key (string), value count,
//                  values; MetricTag; contents
//
// Distribution: statistic (1 byte), count, then value (float) and rate of each. Histogram: count of
// all, sum, bucket count, then limit (float) and count of each. Summary likewise with floats.
// Sketch: bin count, key (signed) and count of each; count, minimum, maximum, sum, average.

inline constexpr std::uint8_t version = 1;

enum class Content : std::uint8_t { Logs, Metrics, Traces, Request };

enum class Metadata : std::uint8_t { None, Shared, Each };

enum class Tag : std::uint8_t {
    Null,
    False,
    True,
    Integer,
    Float,
    Bytes,
    Timestamp,
    Array,
    Object,
};

enum class MetricTag : std::uint8_t {
    Counter,
    Gauge,
    Set,
    Distribution,
    Histogram,
    Summary,
    Sketch,
};

/// Levels of nesting that a reader follows; deeper values are not made by any codec or program.
inline constexpr std::uint32_t maximum_depth = 1024;

}  // namespace engine::record_format
