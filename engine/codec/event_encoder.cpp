#include "engine/codec/event_encoder.hpp"

#include "engine/event/container.hpp"
#include "engine/event/shape.hpp"

namespace engine {

namespace {

/// Memory of filtered roots, which live while one event is encoded.
Arena& scratch_arena() {
    thread_local Arena arena;
    arena.rewind();
    return arena;
}

}  // namespace

void EncodedEvents::clear() {
    bytes.clear();
    ends.clear();
    failed.clear();
    skipped = 0;
}

Result<EventEncoder> EventEncoder::make(const EncodingOptions& options,
                                        const std::optional<EventFramingOptions>& framing) {
    EventEncoder encoder;
    encoder.encoder_ = ENGINE_TRY(make_encoder(options));
    EventFramingOptions chosen;
    if (framing) {
        chosen = *framing;
    } else {
        chosen.method = encoder.encoder_->default_framing();
    }
    encoder.framing_ = ENGINE_TRY(EventFraming::make(chosen));
    encoder.only_fields_ = options.only_fields;
    encoder.except_fields_ = options.except_fields;
    encoder.json_ = options.codec == "json" || options.codec == "native_json";
    return encoder;
}

std::string_view EventEncoder::content_type() const {
    return framing_.is_newline_delimited() ? encoder_->content_type() : std::string_view{};
}

Value EventEncoder::selected(const Value& root, Arena& scratch) const {
    // Nodes of the batch do not belong to `scratch`, so that changing them copies them: only those
    // on the way to a field.
    Value result = root;
    if (only_fields_) {
        result = Value::object(new_object(Shape::empty(), scratch));
        for (const Path& path : *only_fields_) {
            if (const Value* value = get(root, path.segments)) {
                insert(result, path.segments, *value, scratch);
            }
        }
    }
    if (except_fields_) {
        for (const Path& path : *except_fields_) {
            static_cast<void>(remove(result, path.segments, false, scratch));
        }
    }
    return result;
}

Result<EncodeOutcome> EventEncoder::encode(const Batch& batch, std::size_t index,
                                           ByteBuffer& out) const {
    const std::size_t begin = out.size();
    const auto encoded = [&] {
        if (batch.kind() == EventKind::Metric) {
            return encoder_->encode(batch.metric(index), out);
        }
        if (encoder_->reads_request()) {
            return encoder_->encode_event(batch, index, out);
        }
        if (!only_fields_ && !except_fields_) [[likely]] {
            return encoder_->encode(batch.root(index), out);
        }
        return encoder_->encode(selected(batch.root(index), scratch_arena()), out);
    }();
    if (!encoded) {
        out.truncate(begin);
    }
    return encoded;
}

Result<EncodeOutcome> EventEncoder::encode_framed(const Batch& batch, std::size_t index,
                                                  ByteBuffer& out) const {
    const std::size_t begin = out.size();
    const EncodeOutcome outcome = ENGINE_TRY(encode(batch, index, out));
    if (outcome == EncodeOutcome::Written) {
        if (const Result<void> framed = framing_.frame(out, begin); !framed) {
            return std::unexpected(framed.error());
        }
    }
    return outcome;
}

void EventEncoder::encode_batch(const Batch& batch, std::size_t begin, std::size_t end,
                                EncodedEvents& encoded) const {
    for (std::size_t index = begin; index < end; ++index) {
        const Result<EncodeOutcome> outcome = encode_framed(batch, index, encoded.bytes);
        if (!outcome) {
            encoded.failed.push_back({static_cast<std::uint32_t>(index), outcome.error()});
        } else if (*outcome == EncodeOutcome::Skipped) {
            ++encoded.skipped;
        }
        encoded.ends.push_back(static_cast<std::uint32_t>(encoded.bytes.size()));
    }
}

}  // namespace engine
