#include "engine/codec/timestamp_format.hpp"
#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    const std::string_view unit = call.bytes(1);
    const TimestampFormat format = unit == "seconds"        ? TimestampFormat::Unix
                                   : unit == "milliseconds" ? TimestampFormat::UnixMs
                                   : unit == "microseconds" ? TimestampFormat::UnixUs
                                                            : TimestampFormat::UnixNs;
    const Value number = timestamp_number(call.timestamp(0), format);
    return number.is_null() ? call.fail("can't convert out of range timestamp") : number;
}

const Function to_unix_timestamp_function{
    .name = "to_unix_timestamp",
    .category = "Convert",
    .summary = "The time since 1970 as a number, rounded down.",
    .parameters = {required("value", kinds::timestamp, "The time."),
                   optional("unit", kinds::bytes, "The unit to count in.", Value::bytes("seconds"))
                       .literal()
                       .one_of({"seconds", "milliseconds", "microseconds", "nanoseconds"})},
    .returns = kinds::integer,
    .examples = {{"Seconds", R"(to_unix_timestamp(t'2021-01-01T00:00:00Z'))", "1609459200"},
                 {"Milliseconds",
                  R"(to_unix_timestamp(t'2021-01-01T00:00:00.5Z', unit: "milliseconds"))",
                  "1609459200500"},
                 {"Before 1970", R"(to_unix_timestamp(t'1969-12-31T23:59:59.5Z'))", "-1"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(to_unix_timestamp_function);
}  // namespace engine::vrl
