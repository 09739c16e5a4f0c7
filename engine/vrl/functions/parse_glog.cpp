#include "engine/vrl/function.hpp"
#include "engine/vrl/logs/glog_line.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    static const auto regex = regex::Regex::compile(
        R"(^\s*(\w)(\d{8}\s\d{2}:\d{2}:\d{2}\.\d+)\s+(\d+)\s+(.+):(\d+)\]\s(.*?)\s*$)");
    const std::optional<Value> fields =
        parse_glog_line(call, **regex, "", "%Y%m%d %H:%M:%S%.f", absl::UTCTimeZone());
    return fields ? *fields : call.fail("failed parsing glog message");
}

const Function parse_glog_function{
    .name = "parse_glog",
    .category = "Parse",
    .summary = "Parses a line of Google's logging library glog.",
    .parameters = {required("value", kinds::bytes, "The line.")},
    .returns = kinds::object,
    .type = [](const CallTypes&) { return glog_line_type(); },
    .fallible = true,
    .examples =
        {{"A line", R"(parse_glog!("I20210131 14:48:54.411655 15520 main.c++:9] Hello"))",
          R"({ "file": "main.c++", "id": 15520, "level": "info", "line": 9, "message": "Hello", "timestamp": t'2021-01-31T14:48:54.411655Z' })"},
         {"An unknown level", R"(parse_glog!("X20210131 14:48:54.411655 1 a.c:9] Hello"))",
          R"(function call error for "parse_glog" at (0:55): unrecognized log level "X")"},
         {"Another text", R"(parse_glog!("hello"))",
          R"(function call error for "parse_glog" at (0:20): failed parsing glog message)"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(parse_glog_function);
}  // namespace engine::vrl
