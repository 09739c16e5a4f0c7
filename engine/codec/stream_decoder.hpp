#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/codec/decoder.hpp"
#include "engine/codec/framing.hpp"

namespace engine {

/// What became of frames: events in order, and why some frames gave none.
struct DecodedRun {
    DecodedEvents events;
    std::vector<Error> errors;
    std::uint64_t discarded = 0;  // frames over the length limit
};

/// Decodes one stream whose bad frames are skipped (files, pipes, connections). Owned by the
/// stream's task.
class StreamDecoder {
public:
    StreamDecoder(std::unique_ptr<FrameReader> reader, const Decoder& decoder)
        : reader_(std::move(reader)), decoder_(decoder) {}

    /// Appends the events of all frames that the block completes. An error means that frame
    /// boundaries are lost and the stream must end; what was decoded before it stays.
    [[nodiscard]] Result<void> decode(const SlabRef& block, DecodedEvents& events) {
        return decode(block, block.view(), events);
    }
    [[nodiscard]] Result<void> decode(const SlabRef& slab, std::string_view bytes,
                                      DecodedEvents& events);
    /// Appends the events of what is left at the end of the stream.
    [[nodiscard]] Result<void> finish(DecodedEvents& events);

    /// The frames that the block completes, for `EventDecoder::decode` on any thread. Requires
    /// `EventDecoder::splits`.
    [[nodiscard]] Result<FrameRun> split(const SlabRef& block) {
        reader_->feed(block);
        return reader_->next_run();
    }

    /// Errors of the frames that were skipped since the last call.
    [[nodiscard]] std::vector<Error> take_errors() { return std::exchange(errors_, {}); }
    /// Frames dropped, so far, because they were over the length limit.
    [[nodiscard]] std::uint64_t discarded() const { return reader_->discarded(); }

private:
    enum class End : std::uint8_t { OfBlock, OfStream };
    Result<void> decode_frames(End end, DecodedEvents& events);

    std::unique_ptr<FrameReader> reader_;
    const Decoder& decoder_;
    std::vector<Error> errors_;
};

/// A source's `decoding` and `framing`. Immutable; used by all threads at once, and outlives the
/// stream decoders that it opened.
class EventDecoder {
public:
    /// Without `framing`, `default_framing` counts, or where that is empty the codec's default for
    /// streams.
    [[nodiscard]] static Result<EventDecoder> make(const DecodingOptions& decoding,
                                                   const std::optional<FramingOptions>& framing,
                                                   std::string_view default_framing = {});

    [[nodiscard]] StreamDecoder open() const { return {framer_->open(), *decoder_}; }

    /// Whether a stream can be split into runs that are decoded beside each other.
    [[nodiscard]] bool splits() const { return framer_->splits(); }
    /// Decodes a run that `StreamDecoder::split` made; bad frames are skipped.
    [[nodiscard]] DecodedRun decode(const FrameRun& run) const;

    /// Decodes a whole message (a request's body, a datagram): all of it or, at the first error,
    /// none. The events may point into `slab`.
    [[nodiscard]] Result<void> decode_message(const SlabRef& slab, std::string_view bytes,
                                              DecodedEvents& events) const;
    [[nodiscard]] Result<void> decode_message(const SlabRef& slab, DecodedEvents& events) const {
        return decode_message(slab, slab.view(), events);
    }

    /// Cuts a message into messages of `size` bytes or a frame more, which together decode to the
    /// same. One where it does not split.
    [[nodiscard]] std::vector<std::string_view> pieces(std::string_view message,
                                                       std::size_t size) const;

private:
    EventDecoder() = default;
    std::unique_ptr<const Decoder> decoder_;
    std::unique_ptr<const Framer> framer_;
};

/// Framing of a byte stream in this codec when the user chose none.
[[nodiscard]] FramingOptions default_stream_framing(std::string_view codec);

}  // namespace engine
