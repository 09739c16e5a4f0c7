#include "engine/codec/encoder.hpp"
#include "engine/codec/metric_text.hpp"
#include "engine/codec/plain_text.hpp"

namespace engine {

namespace {

/// The event's `message` as plain text; nothing when it has none. Metrics as one line.
class TextEncoder final : public Encoder {
public:
    explicit TextEncoder(const EncodingOptions& options)
        : metrics_(options.codec == "text"),
          tags_(options.metric_tag_values),
          timestamps_(options.timestamp_format.value_or(TimestampFormat::Rfc3339)) {}

    Result<EncodeOutcome> encode(const Value& root, ByteBuffer& out) const override {
        const Value* message = root.is_object() ? root.as_object().find("message") : nullptr;
        if (message != nullptr) {
            write_plain_text(*message, out, timestamps_);
        }
        return EncodeOutcome::Written;
    }
    Result<EncodeOutcome> encode(const Metric& metric, ByteBuffer& out) const override {
        if (!metrics_) {
            return EncodeOutcome::Skipped;
        }
        write_metric_text(metric, tags_, out);
        return EncodeOutcome::Written;
    }
    std::string_view content_type() const override { return "text/plain"; }

private:
    bool metrics_;
    MetricTagValues tags_;
    TimestampFormat timestamps_;
};

Result<std::unique_ptr<const Encoder>> make(const EncodingOptions& options) {
    return std::make_unique<TextEncoder>(options);
}

// The same without metrics.
[[maybe_unused]] const EncoderRegistration raw_message("raw_message", make);

}  // namespace

}  // namespace engine

ENGINE_REGISTER_ENCODER("text", engine::make)
