#include "engine/vrl/function.hpp"
#include "engine/vrl/strftime.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    absl::TimeZone zone = absl::UTCTimeZone();
    ZoneText zone_text = ZoneText::Abbreviation;
    if (call.given(2)) {
        const std::string_view name = call.bytes(2).empty() ? "local" : call.bytes(2);
        if (!zone_named(name, zone)) {
            return call.fail("unable to parse timezone: {}", name);
        }
        zone_text = name == "local" ? ZoneText::Offset : ZoneText::Abbreviation;
    }
    std::string text;
    return format_time(call.bytes(1), call.timestamp(0), zone, text, zone_text)
               ? call.text(text)
               : call.fail("invalid format");
}

const Function format_timestamp_function{
    .name = "format_timestamp",
    .category = "Timestamp",
    .summary = "Writes the time by a format of strftime's kind.",
    .parameters = {required("value", kinds::timestamp, "The time."),
                   required("format", kinds::bytes, "The format."),
                   optional("timezone", kinds::bytes,
                            "The time zone to show it in; UTC by default.")},
    .returns = kinds::bytes,
    .fallible = true,
    .examples = {{"A date", R"(format_timestamp!(t'2021-02-03T04:05:06Z', "%d %B %Y"))",
                  R"("03 February 2021")"},
                 {"A zone",
                  R"(format_timestamp!(t'2021-07-03T04:05:06Z', "%T", timezone: "Europe/Berlin"))",
                  R"("06:05:06")"},
                 {"RFC 3339", R"(format_timestamp!(t'2021-02-03T04:05:06Z', "%+"))",
                  R"("2021-02-03T04:05:06+00:00")"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(format_timestamp_function);
}  // namespace engine::vrl
