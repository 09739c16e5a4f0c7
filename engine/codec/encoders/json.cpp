#include "engine/codec/encoder.hpp"
#include "engine/codec/json_writer.hpp"
#include "engine/codec/metric_text.hpp"

namespace engine {

namespace {

/// One JSON document an event.
class JsonEncoder final : public Encoder {
public:
    explicit JsonEncoder(const EncodingOptions& options)
        : layout_(options.json.pretty ? JsonLayout::Pretty : JsonLayout::Compact),
          tags_(options.metric_tag_values),
          timestamps_(options.timestamp_format.value_or(TimestampFormat::Rfc3339)) {}

    Result<EncodeOutcome> encode(const Value& root, ByteBuffer& out) const override {
        write_json(root, out, layout_, timestamps_);
        return EncodeOutcome::Written;
    }
    Result<EncodeOutcome> encode(const Metric& metric, ByteBuffer& out) const override {
        write_metric_json(metric, tags_, layout_, out);
        return EncodeOutcome::Written;
    }
    std::string_view content_type() const override { return "application/x-ndjson"; }

private:
    JsonLayout layout_;
    MetricTagValues tags_;
    TimestampFormat timestamps_;
};

Result<std::unique_ptr<const Encoder>> make(const EncodingOptions& options) {
    return std::make_unique<JsonEncoder>(options);
}

}  // namespace

}  // namespace engine

ENGINE_REGISTER_ENCODER("json", engine::make)
