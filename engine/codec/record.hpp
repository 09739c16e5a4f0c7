#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/codec/byte_buffer.hpp"
#include "engine/diagnostic/error.hpp"
#include "engine/event/batch.hpp"

namespace engine {

// Our native encoding of events, which records of disk buffers hold. It keeps everything: values of
// all kinds, metrics, traces, metadata, request envelopes, source. Only a regex comes back as the
// string of its pattern. Layout: record_format.hpp.

/// Appends one record with the events `begin` to `end` of the batch, at least one.
void write_record(const Batch& batch, std::size_t begin, std::size_t end, ByteBuffer& out);

/// The events of a record, whose values point into the slab. Any bytes may be given: what is not a
/// record of a known version is an error.
[[nodiscard]] Result<BatchRef> read_record(const SlabRef& slab, std::string_view bytes);
[[nodiscard]] inline Result<BatchRef> read_record(const SlabRef& slab) {
    return read_record(slab, slab.view());
}

/// A request that is stored to be sent again as it came.
struct StoredRequest {
    EnvelopeRef envelope;
    std::string ordering_key;
};

/// Appends one record with a request and the key that orders its delivery.
void write_request_record(const RequestEnvelope& envelope, std::string_view ordering_key,
                          ByteBuffer& out);
[[nodiscard]] Result<StoredRequest> read_request_record(const SlabRef& slab,
                                                        std::string_view bytes);

enum class RecordContent : std::uint8_t { Events, Request };

/// What kind of record begins with these bytes.
[[nodiscard]] Result<RecordContent> record_content(std::string_view bytes);

}  // namespace engine
