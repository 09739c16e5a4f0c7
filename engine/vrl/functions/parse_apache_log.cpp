#include "engine/vrl/function.hpp"
#include "engine/vrl/logs/apache_formats.hpp"
#include "engine/vrl/time_argument.hpp"

namespace engine::vrl {
namespace {

const LogFormat& format_of(std::string_view name) {
    return name == "common"     ? common_log_format()
           : name == "combined" ? apache_combined_format()
                                : apache_error_format();
}

Value run(Call& call) {
    const std::string_view name = call.bytes(1);
    const LogFormat& format = format_of(name);
    const std::optional<Value> fields =
        format.parse(call, call.bytes(0), time_pattern(call, call[2]));
    return fields ? *fields : call.fail("failed parsing {} log line", name);
}

const Function parse_apache_log_function{
    .name = "parse_apache_log",
    .category = "Parse",
    .summary = "Parses a line of Apache's access or error log.",
    .parameters = {required("value", kinds::bytes, "The line."),
                   required("format", kinds::bytes, "Which log it is from.")
                       .literal()
                       .one_of({"common", "combined", "error"}),
                   optional("timestamp_format", kinds::bytes, "The format of its time.",
                            Value::bytes("%d/%b/%Y:%T %z"))},
    .returns = kinds::object,
    .type =
        [](const CallTypes& types) { return format_of(types.constant(1)->as_bytes()).type({}); },
    .fallible = true,
    .examples =
        {{"Common",
          R"(parse_apache_log!("- - - [01/Jan/2021:00:00:00 +0000] \"-\" 408 -", "common"))",
          R"({ "status": 408, "timestamp": t'2021-01-01T00:00:00Z' })"},
         {"Combined",
          R"(parse_apache_log!("- - - - \"-\" 200 5 \"http://r/\" \"curl\"", "combined"))",
          R"({ "agent": "curl", "referrer": "http://r/", "size": 5, "status": 200 })"},
         {"Error",
          R"(parse_apache_log!("[Mon Mar 01 12:00:19 2021] [a:warn] [pid 1] [client ::1:80] x", "error", timestamp_format: "%a %b %d %T %Y"))",
          R"({ "client": "::1", "message": "x", "module": "a", "pid": 1, "port": 80, "severity": "warn", "timestamp": t'2021-03-01T12:00:19Z' })"}},
    .prepare = prepare_time_pattern<2>,
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(parse_apache_log_function);
}  // namespace engine::vrl
