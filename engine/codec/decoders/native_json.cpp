#include <fmt/format.h>

#include "engine/codec/decoder.hpp"
#include "engine/codec/json_parser.hpp"
#include "engine/codec/metric_reader.hpp"
#include "engine/event/shape.hpp"

namespace engine {

namespace {

/// Events of any kind as `{"log": {…}}`, `{"metric": {…}}` or `{"trace": {…}}`, or an array of
/// them.
class NativeJsonDecoder final : public Decoder {
public:
    explicit NativeJsonDecoder(const DecodingOptions::Json& options) : lossy_(options.lossy) {}

    Result<void> decode(std::string_view frame, DecodedEvents& events) const override {
        if (frame.empty()) {
            return {};
        }
        // What is decoded first decides which batch the text's values live in.
        const BatchRef memory = Batch::make(EventKind::Log);
        JsonParser& parser = JsonParser::local();
        const Result<Value> root = lossy_ ? parser.parse_lossy(frame, memory->arena())
                                          : parser.parse(frame, memory->arena());
        if (!root) {
            return failure("Error parsing JSON: " + root.error().message);
        }
        const std::span<const Value> items =
            root->is_array() ? root->as_array().view() : std::span(&*root, 1);
        std::vector<Decoded> decoded;
        decoded.reserve(items.size());
        for (const Value& item : items) {
            decoded.push_back(ENGINE_TRY(event_of(item, memory->arena())));
        }
        for (const Decoded& event : decoded) {
            push(event, events, memory);
        }
        return {};
    }

private:
    struct Decoded {
        EventKind kind;
        Value root;
        Metric* metric = nullptr;
    };

    static Result<Decoded> event_of(const Value& item, Arena& arena) {
        if (!item.is_object() || item.as_object().size() != 1) {
            return failure("expected a map with a single key");
        }
        const std::string_view word = item.as_object().shape->key(0);
        const Value& content = item.as_object().values[0];
        if (word == "metric") {
            return Decoded{EventKind::Metric, {}, ENGINE_TRY(read_metric(content, arena))};
        }
        if (word != "log" && word != "trace") {
            return failure(fmt::format(
                "unknown variant `{}`, expected one of `log`, `metric`, `trace`", word));
        }
        if (word == "trace" && !content.is_object()) {
            return failure("a trace is a map");
        }
        return Decoded{word == "log" ? EventKind::Log : EventKind::Trace, content};
    }

    static void push(const Decoded& event, DecodedEvents& events, const BatchRef& memory) {
        Batch& batch = events.batch(event.kind);
        batch.retain(memory);
        if (event.metric != nullptr) {
            batch.push(event.metric);
        } else {
            batch.push(event.root);
        }
    }

    bool lossy_;
};

Result<std::unique_ptr<const Decoder>> make(const DecodingOptions& options) {
    return std::make_unique<NativeJsonDecoder>(options.native_json);
}

}  // namespace

}  // namespace engine

ENGINE_REGISTER_DECODER("native_json", engine::make)
