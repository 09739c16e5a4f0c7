#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/codec/encoder.hpp"
#include "engine/codec/event_framing.hpp"

namespace engine {

/// Events of one batch as bytes, framed one after the other. Owned by who encodes; meant to be used
/// again and again.
struct EncodedEvents {
    struct Failure {
        std::uint32_t index;  // of the event in the batch
        Error error;
    };
    ByteBuffer bytes;
    /// For each event, where its bytes end: the next one's begin there. An event that failed or was
    /// skipped has no bytes.
    std::vector<std::uint32_t> ends;
    std::vector<Failure> failed;
    /// Events that the codec has no form for (and that the reference drops without a word).
    std::size_t skipped = 0;

    void clear();
    /// Bytes of the events at `begin` to `end` of this encoding (0 is the first encoded one).
    [[nodiscard]] std::string_view view(std::size_t begin, std::size_t end) const {
        const std::size_t from = begin == 0 ? 0 : ends[begin - 1];
        return bytes.view().substr(from, (end == 0 ? 0 : ends[end - 1]) - from);
    }
};

/// A sink's `encoding` and `framing`: chooses fields, encodes, frames. Immutable; used by all
/// threads at once.
class EventEncoder {
public:
    /// Without `framing`, the codec's default counts.
    [[nodiscard]] static Result<EventEncoder> make(
        const EncodingOptions& options, const std::optional<EventFramingOptions>& framing = {});

    /// Appends event `index` without framing; on error nothing.
    [[nodiscard]] Result<EncodeOutcome> encode(const Batch& batch, std::size_t index,
                                               ByteBuffer& out) const;
    /// Appends event `index` with its framing; on error nothing.
    [[nodiscard]] Result<EncodeOutcome> encode_framed(const Batch& batch, std::size_t index,
                                                      ByteBuffer& out) const;
    /// Appends the framed events `begin` to `end` of the batch to `encoded`.
    void encode_batch(const Batch& batch, std::size_t begin, std::size_t end,
                      EncodedEvents& encoded) const;

    [[nodiscard]] const EventFraming& framing() const { return framing_; }
    /// MIME type of the codec's events, as text/plain or application/x-ndjson; null data when the
    /// codec or the framing has none.
    [[nodiscard]] std::string_view content_type() const;
    /// Whether several events can be joined to a JSON array: the codec makes JSON.
    [[nodiscard]] bool is_json() const { return json_; }
    /// Whether the codec writes the requests that events came with.
    [[nodiscard]] bool reads_request() const { return encoder_->reads_request(); }

private:
    EventEncoder() = default;
    [[nodiscard]] Value selected(const Value& root, Arena& scratch) const;

    std::unique_ptr<const Encoder> encoder_;
    EventFraming framing_;
    std::optional<std::vector<Path>> only_fields_;
    std::optional<std::vector<Path>> except_fields_;
    bool json_ = false;
};

}  // namespace engine
