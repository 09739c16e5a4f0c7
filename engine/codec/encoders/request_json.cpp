#include "engine/codec/encoder.hpp"
#include "engine/codec/json_writer.hpp"
#include "engine/codec/utf8.hpp"
#include "engine/io/base64.hpp"

namespace engine {

namespace {

/// The request that an event came with, one JSON object: what the decoder of that name makes a
/// request of again. The body stands as text where it is UTF-8, else as base64. Of the event itself
/// only `%rejected` is written, for people to read.
class RequestJsonEncoder final : public Encoder {
public:
    [[nodiscard]] bool reads_request() const override { return true; }

    Result<EncodeOutcome> encode_event(const Batch& batch, std::size_t index,
                                       ByteBuffer& out) const override {
        const EnvelopeRef request = batch.envelope(index);
        if (!request) {
            return failure("the event carries no request");
        }
        JsonStream json(out, JsonLayout::Compact);
        json.begin_object();
        text(json, "method", request->method);
        text(json, "path", request->path);
        text(json, "query", request->query);
        json.key("headers");
        json.begin_array();
        for (const auto& [name, value] : request->headers) {
            json.begin_array();
            json.string(name);
            json.string(value);
            json.end_array();
        }
        json.end_array();
        if (is_utf8(request->body.view())) {
            text(json, "body", request->body.view());
        } else {
            text(json, "body_base64", io::base64(request->body.view()));
        }
        text(json, "remote_addr", request->remote_address);
        json.key("received_at");
        json.value(Value::timestamp(request->received_at));
        text(json, "id", request->id);
        text(json, "idempotency_key", request->idempotency_key);
        const Value& metadata = batch.metadata(index);
        const Value* rejected =
            metadata.is_object() ? metadata.as_object().find("rejected") : nullptr;
        if (rejected != nullptr) {
            json.key("rejected");
            json.value(*rejected);
        }
        json.end_object();
        return EncodeOutcome::Written;
    }
    Result<EncodeOutcome> encode(const Value&, ByteBuffer&) const override {
        return failure("the event carries no request");
    }
    Result<EncodeOutcome> encode(const Metric&, ByteBuffer&) const override {
        return EncodeOutcome::Skipped;
    }
    std::string_view content_type() const override { return "application/x-ndjson"; }

private:
    static void text(JsonStream& json, std::string_view key, std::string_view value) {
        json.key(key);
        json.string(value);
    }
};

Result<std::unique_ptr<const Encoder>> make(const EncodingOptions&) {
    return std::make_unique<RequestJsonEncoder>();
}

}  // namespace

}  // namespace engine

ENGINE_REGISTER_ENCODER("request_json", engine::make)
