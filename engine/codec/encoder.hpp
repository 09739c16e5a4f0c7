#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "engine/codec/byte_buffer.hpp"
#include "engine/codec/encoding_options.hpp"
#include "engine/diagnostic/error.hpp"
#include "engine/event/batch.hpp"

namespace engine {

/// What a codec makes of an event that it has no form for (a metric as CSV).
enum class EncodeOutcome : std::uint8_t { Written, Skipped };

/// One codec's way from an event to bytes, without framing. Immutable; used by all threads at once.
class Encoder {
public:
    Encoder() = default;
    virtual ~Encoder() = default;
    Encoder(const Encoder&) = delete;
    Encoder& operator=(const Encoder&) = delete;

    /// Appends a log or trace, given by its root (which may be a filtered copy of the batch's).
    [[nodiscard]] virtual Result<EncodeOutcome> encode(const Value& root,
                                                       ByteBuffer& out) const = 0;
    /// Appends a metric.
    [[nodiscard]] virtual Result<EncodeOutcome> encode(const Metric& metric,
                                                       ByteBuffer& out) const = 0;
    /// Whether it writes the request that an event came with: `encode_event` is called then.
    [[nodiscard]] virtual bool reads_request() const { return false; }
    /// Appends event `index` of a batch of logs or traces, for codecs that write more than its
    /// root.
    [[nodiscard]] virtual Result<EncodeOutcome> encode_event(const Batch& batch, std::size_t index,
                                                             ByteBuffer& out) const {
        return encode(batch.root(index), out);
    }
    /// MIME type of one encoded event, or of several with a newline behind each; null data when the
    /// reference sends none.
    [[nodiscard]] virtual std::string_view content_type() const { return {}; }
    /// Framing method when the user chose none.
    [[nodiscard]] virtual std::string_view default_framing() const { return "newline_delimited"; }
};

/// The encoder of `options.codec`, or an error naming the codec when this build has none.
[[nodiscard]] Result<std::unique_ptr<const Encoder>> make_encoder(const EncodingOptions& options);

/// Names of the encoders in this build, sorted.
[[nodiscard]] std::vector<std::string_view> encoder_names();

/// Entry of a codec's file in the registry.
struct EncoderRegistration {
    using Factory = Result<std::unique_ptr<const Encoder>> (*)(const EncodingOptions& options);
    EncoderRegistration(std::string_view name, Factory factory);
};

}  // namespace engine

/// Last line of an encoder's file.
#define ENGINE_REGISTER_ENCODER(name, factory)                                                \
    namespace {                                                                               \
    [[maybe_unused]] const ::engine::EncoderRegistration encoder_registration(name, factory); \
    }
