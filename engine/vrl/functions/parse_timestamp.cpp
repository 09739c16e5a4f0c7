#include "engine/vrl/function.hpp"
#include "engine/vrl/strftime.hpp"
#include "engine/vrl/time_argument.hpp"

namespace engine::vrl {
namespace {

std::string_view conversion_name(const Value& value) {
    switch (value.kind()) {
        case ValueKind::Null:
            return "null";
        case ValueKind::Boolean:
            return "boolean";
        case ValueKind::Integer:
            return "integer";
        case ValueKind::Float:
            return "float";
        case ValueKind::Array:
            return "array";
        case ValueKind::Object:
            return "map";
        default:
            return "regex";
    }
}

Value run(Call& call) {
    if (call[0].is_timestamp()) {
        return call[0];
    }
    if (!call[0].is_bytes()) {
        return call.fail("unable to convert {} value to timestamp", conversion_name(call[0]));
    }
    absl::TimeZone zone = call.timezone();
    if (call.given(2) && !call.bytes(2).empty() && !zone_named(call.bytes(2), zone)) {
        return call.fail("unable to parse timezone: {}", call.bytes(2));
    }
    std::string buffer;
    const std::string_view text = utf8_lossy(call.bytes(0), buffer);
    const auto time = time_pattern(call, call[1]).parse(text, zone);
    return time ? Value::timestamp(*time)
                : call.fail("Invalid timestamp \"{}\": {}", text, time.error());
}

const Function parse_timestamp_function{
    .name = "parse_timestamp",
    .category = "Parse",
    .summary = "Reads a time by a format of strptime's kind.",
    .parameters = {required("value", kinds::bytes | kinds::timestamp,
                            "The text; a timestamp is returned as it is.")
                       .unchecked(),
                   required("format", kinds::bytes, "The format."),
                   optional("timezone", kinds::bytes,
                            "The time zone of texts without an offset; the configured one by "
                            "default.")},
    .returns = kinds::timestamp,
    .fallible = true,
    .examples =
        {{"A log's time", R"(parse_timestamp!("10/Oct/2000:13:55:36 -0700", "%d/%b/%Y:%T %z"))",
          R"(t'2000-10-10T20:55:36Z')"},
         {"In a zone",
          R"(parse_timestamp!("2021-07-03 04:05:06", "%F %T", timezone: "Asia/Tokyo"))",
          R"(t'2021-07-02T19:05:06Z')"},
         {"Too little", R"(parse_timestamp!("2021-07-03", "%F"))",
          R"(function call error for "parse_timestamp" at (0:36): Invalid timestamp "2021-07-03": input is not enough for unique date and time)"}},
    .prepare = prepare_time_pattern<1>,
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(parse_timestamp_function);
}  // namespace engine::vrl
