#include "engine/component/source_decoding.hpp"

#include "engine/codec/stream_decoder.hpp"

namespace engine::component {

config::EventTypes decoded_types(std::string_view codec) {
    using config::EventTypes;
    if (codec == "influxdb") {
        return EventTypes::Metric;
    }
    if (codec == "native" || codec == "native_json" || codec == "otlp") {
        return EventTypes::All;
    }
    return EventTypes::Log;
}

void check_decoding(const std::optional<DecodingOptions>& decoding,
                    const std::optional<FramingOptions>& framing, const config::Node& table,
                    config::OptionContext& context) {
    const auto decoder = EventDecoder::make(decoding.value_or(DecodingOptions{}), framing);
    if (decoder) {
        return;
    }
    const config::Node::Entry* entry = table.find("framing");
    if (entry == nullptr) {
        entry = table.find("decoding");
    }
    context.error(entry == nullptr ? table.location() : entry->value.location(),
                  decoder.error().message);
}

void report_undecodable(const RunContext& context, const Error& error) {
    using telemetry::field;
    using telemetry::quoted;
    context.log.error("engine::codec", "Failed deserializing frame.",
                      {field("error", error.message), quoted("error_code", "decoder_deserialize"),
                       quoted("error_type", "parser_failed"), quoted("stage", "processing")});
    context.metrics.error("parser_failed", "processing");
}

}  // namespace engine::component
