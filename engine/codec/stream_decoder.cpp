#include "engine/codec/stream_decoder.hpp"

namespace engine {

namespace {

/// Makes the batches keep the slab of the frame that was read last, once.
void hold_frame(const FrameReader& reader, std::string_view& held, DecodedEvents& events) {
    const std::string_view slab = reader.frame_slab().view();
    if (slab.data() != held.data()) {
        events.hold(reader.frame_slab());
        held = slab;
    }
}

}  // namespace

Result<void> StreamDecoder::decode(const SlabRef& slab, std::string_view bytes,
                                   DecodedEvents& events) {
    reader_->feed(slab, bytes);
    return decode_frames(End::OfBlock, events);
}

Result<void> StreamDecoder::finish(DecodedEvents& events) {
    return decode_frames(End::OfStream, events);
}

Result<void> StreamDecoder::decode_frames(End end, DecodedEvents& events) {
    std::string_view held;
    while (const std::optional<std::string_view> frame =
               ENGINE_TRY(end == End::OfBlock ? reader_->next() : reader_->finish())) {
        hold_frame(*reader_, held, events);
        if (Result<void> decoded = decoder_.decode(*frame, events); !decoded) {
            errors_.push_back(std::move(decoded).error());
        }
    }
    return {};
}

Result<EventDecoder> EventDecoder::make(const DecodingOptions& decoding,
                                        const std::optional<FramingOptions>& framing,
                                        std::string_view default_framing) {
    EventDecoder decoder;
    decoder.decoder_ = ENGINE_TRY(make_decoder(decoding));
    FramingOptions chosen;
    if (framing) {
        chosen = *framing;
    } else if (!default_framing.empty()) {
        chosen.method = default_framing;
    } else {
        chosen = default_stream_framing(decoding.codec);
    }
    decoder.framer_ = ENGINE_TRY(make_framer(chosen));
    return decoder;
}

Result<void> EventDecoder::decode_message(const SlabRef& slab, std::string_view bytes,
                                          DecodedEvents& events) const {
    DecodedEvents decoded;
    ReaderStorage storage;
    FrameReader& reader = framer_->open(storage);
    std::string_view held;
    const auto decode = [&](std::string_view frame) {
        hold_frame(reader, held, decoded);
        return decoder_->decode(frame, decoded);
    };
    reader.feed(slab, bytes);
    while (const auto frame = ENGINE_TRY(reader.next())) {
        ENGINE_TRY(decode(*frame));
    }
    while (const auto frame = ENGINE_TRY(reader.finish())) {
        ENGINE_TRY(decode(*frame));
    }
    events.add(std::move(decoded));
    return {};
}

std::vector<std::string_view> EventDecoder::pieces(std::string_view message,
                                                   std::size_t size) const {
    std::vector<std::string_view> pieces;
    const std::optional<char> delimiter = framer_->delimiter();
    while (delimiter && message.size() > size) {
        const std::size_t end = message.find(*delimiter, size - 1);
        if (end >= message.size() - 1) {  // none, or the last byte
            break;
        }
        pieces.push_back(message.substr(0, end + 1));
        message.remove_prefix(end + 1);
    }
    pieces.push_back(message);
    return pieces;
}

DecodedRun EventDecoder::decode(const FrameRun& run) const {
    DecodedRun decoded;
    const auto decode = [&](std::string_view frame) {
        if (Result<void> done = decoder_->decode(frame, decoded.events); !done) {
            decoded.errors.push_back(std::move(done).error());
        }
    };
    if (run.first) {
        decoded.events.hold(run.first->slab);
        decode(run.first->bytes);
    }
    if (run.bytes.empty()) {
        return decoded;
    }
    decoded.events.hold(run.slab);
    ReaderStorage storage;
    FrameReader& reader = framer_->open(storage);
    reader.feed(run.slab, run.bytes);
    while (const auto frame = reader.next()) {
        if (!*frame) {
            break;
        }
        decode(**frame);
    }
    decoded.discarded = reader.discarded();
    return decoded;
}

FramingOptions default_stream_framing(std::string_view codec) {
    FramingOptions framing;
    framing.method = "newline_delimited";
    if (codec == "native" || codec == "avro" || codec == "otlp") {
        framing.method = "length_delimited";
        framing.length_delimited.emplace();
    } else if (codec == "protobuf") {
        framing.method = "varint_length_delimited";
    } else if (codec == "gelf") {
        framing.method = "character_delimited";
        framing.character_delimited.emplace().delimiter = '\0';
    }
    return framing;
}

}  // namespace engine
