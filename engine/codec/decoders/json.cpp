#include "engine/codec/decoder.hpp"
#include "engine/codec/json_parser.hpp"

namespace engine {

namespace {

/// One JSON object a frame, or an array of them.
class JsonDecoder final : public Decoder {
public:
    explicit JsonDecoder(const DecodingOptions::Json& options) : lossy_(options.lossy) {}

    Result<void> decode(std::string_view frame, DecodedEvents& events) const override {
        if (frame.empty()) {
            return {};
        }
        Batch& batch = events.logs();
        JsonParser& parser = JsonParser::local();
        const Result<Value> root =
            lossy_ ? parser.parse_lossy(frame, batch.arena()) : parser.parse(frame, batch.arena());
        if (!root) {
            return failure("Error parsing JSON: " + root.error().message);
        }
        if (root->is_object()) [[likely]] {
            batch.push(*root);
            return {};
        }
        if (!root->is_array()) {
            return not_an_object();
        }
        for (const Value& item : root->as_array().view()) {
            if (!item.is_object()) {
                return not_an_object();
            }
        }
        for (const Value& item : root->as_array().view()) {
            batch.push(item);
        }
        return {};
    }

private:
    static std::unexpected<Error> not_an_object() {
        return failure("Attempted to convert non-Object JSON into an Event.");
    }

    bool lossy_;
};

Result<std::unique_ptr<const Decoder>> make(const DecodingOptions& options) {
    return std::make_unique<JsonDecoder>(options.json);
}

}  // namespace

}  // namespace engine

ENGINE_REGISTER_DECODER("json", engine::make)
