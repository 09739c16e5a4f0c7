#include "engine/vrl/function.hpp"
#include "engine/vrl/strptime.hpp"

namespace engine::vrl {
namespace {

std::int64_t units_per_second(std::string_view unit) {
    return unit == "seconds"        ? 1
           : unit == "milliseconds" ? 1'000
           : unit == "microseconds" ? 1'000'000
                                    : 1'000'000'000;
}

Value run(Call& call) {
    if (!call[0].is_integer()) {
        return call.fail("unable to coerce {} into timestamp", Type::of(call[0]).describe());
    }
    const std::int64_t value = call.integer(0);
    const std::int64_t units = units_per_second(call.bytes(1));
    const std::int64_t remainder = (value % units + units) % units;
    const std::int64_t seconds = value / units - (value % units < 0 ? 1 : 0);
    if (!is_representable_second(seconds)) {
        return call.fail("unable to coerce {} into timestamp", value);
    }
    return Value::timestamp(
        {seconds, static_cast<std::uint32_t>(remainder * (1'000'000'000 / units))});
}

const Function from_unix_timestamp_function{
    .name = "from_unix_timestamp",
    .category = "Convert",
    .summary = "The time that lies this much after 1970.",
    .parameters = {required("value", kinds::integer, "The count of units.").unchecked(),
                   optional("unit", kinds::bytes, "The unit.", Value::bytes("seconds"))
                       .literal()
                       .one_of({"seconds", "milliseconds", "microseconds", "nanoseconds"})},
    .returns = kinds::timestamp,
    .fallible = true,
    .examples = {{"Seconds", R"(from_unix_timestamp!(5))", R"(t'1970-01-01T00:00:05Z')"},
                 {"Milliseconds", R"(from_unix_timestamp!(5000, unit: "milliseconds"))",
                  R"(t'1970-01-01T00:00:05Z')"},
                 {"Nanoseconds", R"(from_unix_timestamp!(-5, unit: "nanoseconds"))",
                  R"(t'1969-12-31T23:59:59.999999995Z')"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(from_unix_timestamp_function);
}  // namespace engine::vrl
