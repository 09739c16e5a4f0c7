#include <absl/time/civil_time.h>
#include <absl/time/clock.h>

#include "engine/vrl/function.hpp"
#include "engine/vrl/logs/glog_line.hpp"

namespace engine::vrl {
namespace {

/// The lines have no year: it is this one, and for December the last one in January.
std::string year_of(std::string_view line, const absl::TimeZone& zone) {
    const auto today = absl::ToCivilDay(absl::Now(), zone);
    const bool is_last_year = today.month() == 1 && line.find("12") == 1;
    return std::to_string(today.year() - (is_last_year ? 1 : 0));
}

Value run(Call& call) {
    static const auto regex = regex::Regex::compile(
        R"(^\s*(\w)(\d{4}\s\d{2}:\d{2}:\d{2}\.\d+)\s+(\d+)\s+(.+):(\d+)\]\s(.*?)\s*$)");
    const std::optional<Value> fields =
        parse_glog_line(call, **regex, year_of(call.bytes(0), call.timezone()),
                        "%Y%m%d %H:%M:%S%.f", call.timezone());
    return fields ? *fields : call.fail("failed parsing klog message");
}

const Function parse_klog_function{
    .name = "parse_klog",
    .category = "Parse",
    .summary = "Parses a line of Kubernetes' logging library klog; the year is this one.",
    .parameters = {required("value", kinds::bytes, "The line.")},
    .returns = kinds::object,
    .type = [](const CallTypes&) { return glog_line_type(); },
    .fallible = true,
    .deterministic = false,
    .examples =
        {{"A line", R"(parse_klog!("I0505 17:59:40.692994 28133 klog.go:70] hello").message)",
          R"("hello")"},
         {"An unknown level", R"(parse_klog!("X0505 17:59:40.692994 28133 klog.go:70] hello"))",
          R"(function call error for "parse_klog" at (0:60): unrecognized log level "X")"},
         {"Another text", R"(parse_klog!("hello"))",
          R"(function call error for "parse_klog" at (0:20): failed parsing klog message)"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(parse_klog_function);
}  // namespace engine::vrl
