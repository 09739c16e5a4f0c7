#include "engine/codec/codec_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "engine/codec/decoder.hpp"
#include "engine/codec/encoder.hpp"
#include "engine/config/shared_options.hpp"
#include "engine/vrl/program.hpp"
#include "engine/vrl/report.hpp"

namespace engine {

namespace {

using config::Node;
using config::OptionContext;
using config::OptionTable;
using config::Type;
using config::TypeDescription;

constexpr std::string_view decoding_codecs[] = {
    "avro",        "bytes", "gelf",     "influxdb",     "json",   "native",
    "native_json", "otlp",  "protobuf", "request_json", "syslog", "vrl"};
constexpr std::string_view encoding_codecs[] = {
    "avro",        "cef",  "csv",      "gelf",        "json",         "logfmt", "native",
    "native_json", "otlp", "protobuf", "raw_message", "request_json", "syslog", "text"};
constexpr std::string_view source_framings[] = {"bytes",
                                                "character_delimited",
                                                "chunked_gelf",
                                                "length_delimited",
                                                "newline_delimited",
                                                "octet_counting",
                                                "varint_length_delimited"};
constexpr std::string_view sink_framings[] = {"bytes", "character_delimited", "length_delimited",
                                              "newline_delimited", "varint_length_delimited"};

bool is_among(const std::vector<std::string_view>& names, std::string_view name) {
    return std::ranges::find(names, name) != names.end();
}

/// One of the reference's names; `what` and `is_built` tell about those that this build lacks,
/// which the reference does not show.
template <typename IsBuilt>
Type<std::string> name_of(std::span<const std::string_view> names, std::string_view what,
                          IsBuilt is_built) {
    Type<std::string> type;
    type.description.kind = TypeDescription::Kind::Choice;
    for (const std::string_view name : names) {
        if (is_built(std::string(name))) {
            type.description.choices.push_back({std::string(name), {}});
        }
    }
    type.show = config::type_of<std::string>().show;
    type.read = [names = std::vector<std::string>(names.begin(), names.end()),
                 what = std::string(what),
                 is_built](const Node& node, std::string& value, OptionContext& context) {
        if (!config::option_type::read_string(node, value, context)) {
            return false;
        }
        if (std::ranges::find(names, value) == names.end()) {
            return context.unknown_variant(node, names);
        }
        if (!is_built(value)) {
            context.error(node.location(),
                          fmt::format("the {} `{}` is not available in this build", what, value));
            return false;
        }
        return true;
    };
    return type;
}

Type<char> ascii_character() {
    Type<char> type;
    type.description.kind = TypeDescription::Kind::String;
    type.show = [](const char& c) { return config::quote_json(std::string(1, c)); };
    type.read = [](const Node& node, char& value, OptionContext& context) {
        std::string text;
        if (!config::option_type::read_string(node, text, context)) {
            return false;
        }
        if (text.size() != 1 || static_cast<unsigned char>(text[0]) >= 0x80) {
            return context.wrong_value(node, "a single ASCII character");
        }
        value = text[0];
        return true;
    };
    return type;
}

Type<Path> field_path() {
    return config::parsed<Path>([](const std::string& text) { return Path::parse(text); });
}

Type<OversizedAction> oversized_action() {
    return config::choice<OversizedAction>(
        {{"drop", OversizedAction::Drop, "Leave the frame out."},
         {"truncate", OversizedAction::Truncate, "Cut the frame to the limit."}});
}

OptionTable<LengthDelimitedOptions> length_delimited() {
    using Options = LengthDelimitedOptions;
    return {
        config::optional("max_frame_length", &Options::max_frame_length,
                         "Longest frame without its header.", config::bytes()),
        config::optional("length_field_offset", &Options::length_field_offset,
                         "Bytes before the length.", config::bytes()),
        config::optional("length_field_length", &Options::length_field_length,
                         "Width of the length.", config::bytes())
            .min(1)
            .max(8),
        config::optional("length_field_is_big_endian", &Options::length_field_is_big_endian,
                         "Most significant byte first."),
    };
}

template <typename Options>
void require_table(bool missing, std::string_view method, const Options& options, const Node& node,
                   OptionContext& context) {
    if (options.method == method && missing) {
        context.error(node.location(), fmt::format("missing field `{}`", method));
    }
}

OptionTable<DecodingOptions::Json> json_decoding() {
    return {config::optional("lossy", &DecodingOptions::Json::lossy,
                             "Replace invalid UTF-8 by U+FFFD rather than refuse the event.")};
}

OptionTable<DecodingOptions::Vrl> vrl_decoding() {
    using Vrl = DecodingOptions::Vrl;
    OptionTable<Vrl> table = {
        config::required("source", &Vrl::source,
                         "The program. It finds the frame in `.message`; what it leaves as `.` is "
                         "the event, an array several.",
                         config::located(config::type_of<std::string>()))
            .example("'. = parse_key_value!(.message)'"),
        config::optional("timezone", &Vrl::timezone, "Time zone of timestamps that name none.",
                         config::nullable(config::time_zone())),
    };
    return table.check([](const Vrl& options, const Node&, OptionContext& context) {
        vrl::CompileOptions compile;
        compile.has_metrics = true;
        const std::string& text = options.source.value;
        const auto program = vrl::compile(SourceText("", text), compile);
        vrl::report(program ? (*program)->warnings() : program.error(), text,
                    options.source.location, context);
    });
}

OptionTable<FramingOptions::NewlineDelimited> newline_delimited() {
    using Options = FramingOptions::NewlineDelimited;
    return {config::optional("max_length", &Options::max_length, "Longest line.", config::bytes()),
            config::optional("oversized_action", &Options::oversized_action,
                             "What becomes of longer lines.", oversized_action())};
}

OptionTable<FramingOptions::CharacterDelimited> character_delimited() {
    using Options = FramingOptions::CharacterDelimited;
    return {config::required("delimiter", &Options::delimiter, "The byte behind each frame.",
                             ascii_character()),
            config::optional("max_length", &Options::max_length, "Longest frame.", config::bytes()),
            config::optional("oversized_action", &Options::oversized_action,
                             "What becomes of longer frames.", oversized_action())};
}

OptionTable<FramingOptions::OctetCounting> octet_counting() {
    return {config::optional("max_length", &FramingOptions::OctetCounting::max_length,
                             "Longest frame.", config::bytes())};
}

OptionTable<EncodingOptions::Json> json_encoding() {
    return {
        config::optional("pretty", &EncodingOptions::Json::pretty, "Indent, one member a line.")};
}

OptionTable<EncodingOptions::Csv> csv_encoding() {
    using Csv = EncodingOptions::Csv;
    using Style = EncodingOptions::QuoteStyle;
    return {
        config::required("fields", &Csv::fields, "The columns.", field_path()),
        config::optional("delimiter", &Csv::delimiter, "Between two columns.", ascii_character()),
        config::optional("quote", &Csv::quote, "Around a field.", ascii_character()),
        config::optional("escape", &Csv::escape, "Before a quote, without double_quote.",
                         ascii_character()),
        config::optional("double_quote", &Csv::double_quote, "Double quotes inside fields."),
        config::optional("quote_style", &Csv::quote_style, "Which fields are quoted.",
                         config::choice<Style>(
                             {{"always", Style::Always, "All."},
                              {"necessary", Style::Necessary, "Those that would be misread."},
                              {"never", Style::Never, "None."},
                              {"non_numeric", Style::NonNumeric, "All that are no numbers."}})),
        config::optional("capacity", &Csv::capacity,
                         "Accepted for compatibility: buffers grow as needed.", config::bytes()),
    };
}

Type<TimestampFormat> timestamp_format() {
    return config::choice<TimestampFormat>({
        {"rfc3339", TimestampFormat::Rfc3339, "Text, in UTC."},
        {"unix", TimestampFormat::Unix, "Seconds."},
        {"unix_float", TimestampFormat::UnixFloat, "Seconds with a fraction."},
        {"unix_ms", TimestampFormat::UnixMs, "Milliseconds."},
        {"unix_ns", TimestampFormat::UnixNs, "Nanoseconds."},
        {"unix_us", TimestampFormat::UnixUs, "Microseconds."},
    });
}

}  // namespace

OptionTable<DecodingOptions> decoding_options() {
    OptionTable<DecodingOptions> table = {
        config::optional(
            "codec", &DecodingOptions::codec, "What a frame is.",
            name_of(decoding_codecs, "decoding codec",
                    [](const std::string& name) { return is_among(decoder_names(), name); })),
        config::optional("json", &DecodingOptions::json, "For codec json.", json_decoding()),
        config::optional("native_json", &DecodingOptions::native_json, "For codec native_json.",
                         json_decoding()),
        config::optional("vrl", &DecodingOptions::vrl, "For codec vrl.", vrl_decoding()),
    };
    table.check([](const DecodingOptions& options, const Node& node, OptionContext& context) {
        if (options.codec == "vrl" && !options.vrl) {
            context.error(node.location(), "missing field `vrl`");
        }
    });
    return table.tolerate_unknown();
}

OptionTable<FramingOptions> framing_options() {
    OptionTable<FramingOptions> table = {
        config::required("method", &FramingOptions::method, "How frames are told apart.",
                         name_of(source_framings, "framing method",
                                 [](const std::string& name) { return name != "chunked_gelf"; })),
        config::optional("newline_delimited", &FramingOptions::newline_delimited,
                         "For method newline_delimited.", newline_delimited()),
        config::optional("character_delimited", &FramingOptions::character_delimited,
                         "For method character_delimited.", character_delimited()),
        config::optional("length_delimited", &FramingOptions::length_delimited,
                         "For method length_delimited.", length_delimited()),
        config::optional("octet_counting", &FramingOptions::octet_counting,
                         "For method octet_counting.", octet_counting()),
        config::optional("max_frame_length", &FramingOptions::max_frame_length,
                         "For method varint_length_delimited: longest frame.", config::bytes()),
    };
    table.check([](const FramingOptions& options, const Node& node, OptionContext& context) {
        require_table(!options.character_delimited, "character_delimited", options, node, context);
        require_table(!options.length_delimited, "length_delimited", options, node, context);
    });
    return table.tolerate_unknown();
}

OptionTable<EncodingOptions> encoding_options() {
    using Tags = MetricTagValues;
    OptionTable<EncodingOptions> table = {
        config::required(
            "codec", &EncodingOptions::codec, "What an event becomes.",
            name_of(encoding_codecs, "encoding codec",
                    [](const std::string& name) { return is_among(encoder_names(), name); }))
            .example("\"json\""),
        config::optional("only_fields", &EncodingOptions::only_fields, "Encode only these fields.",
                         config::nullable(config::array_of(field_path()))),
        config::optional("except_fields", &EncodingOptions::except_fields,
                         "Encode all but these fields.",
                         config::nullable(config::array_of(field_path()))),
        config::optional("timestamp_format", &EncodingOptions::timestamp_format,
                         "How timestamps are written.", timestamp_format()),
        config::optional("metric_tag_values", &EncodingOptions::metric_tag_values,
                         "Which values of a tag are written.",
                         config::choice<Tags>({{"auto", Tags::Auto, "All where there are several."},
                                               {"full", Tags::Full, "All."},
                                               {"single", Tags::Single, "The last."}})),
        config::optional("json", &EncodingOptions::json, "For codec json.", json_encoding()),
        config::optional("csv", &EncodingOptions::csv, "For codec csv.", csv_encoding()),
    };
    table.check([](const EncodingOptions& options, const Node& node, OptionContext& context) {
        if (options.codec == "csv" && options.csv.fields.empty()) {
            context.error(node.location(), "At least one CSV field must be specified");
        }
        if (options.only_fields && options.except_fields) {
            context.error(node.find("except_fields")->key_location,
                          "`except_fields` and `only_fields` should be mutually exclusive",
                          "name the fields to keep, or those to leave out");
        }
    });
    return table.tolerate_unknown();
}

OptionTable<EventFramingOptions> event_framing_options() {
    using Delimited = EventFramingOptions::CharacterDelimited;
    const OptionTable<Delimited> delimited = {config::required(
        "delimiter", &Delimited::delimiter, "The byte behind each event.", ascii_character())};
    OptionTable<EventFramingOptions> table = {
        config::required(
            "method", &EventFramingOptions::method, "How events are told apart.",
            name_of(sink_framings, "framing method", [](const std::string&) { return true; })),
        config::optional("character_delimited", &EventFramingOptions::character_delimited,
                         "For method character_delimited.", delimited),
        config::optional("length_delimited", &EventFramingOptions::length_delimited,
                         "For method length_delimited.", length_delimited()),
        config::optional("max_frame_length", &EventFramingOptions::max_frame_length,
                         "For method varint_length_delimited: longest frame.", config::bytes()),
    };
    table.check([](const EventFramingOptions& options, const Node& node, OptionContext& context) {
        require_table(!options.character_delimited, "character_delimited", options, node, context);
        require_table(!options.length_delimited, "length_delimited", options, node, context);
    });
    return table.tolerate_unknown();
}

}  // namespace engine
