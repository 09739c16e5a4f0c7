#include "engine/vrl/function.hpp"
#include "engine/vrl/logs/apache_formats.hpp"
#include "engine/vrl/logs/nginx_formats.hpp"
#include "engine/vrl/time_argument.hpp"

namespace engine::vrl {
namespace {

const LogFormat& format_of(std::string_view name) {
    return name == "combined" ? nginx_combined_format()
           : name == "main"   ? nginx_main_format()
           : name == "error"  ? nginx_error_format()
                              : ingress_format();
}

Type type(const CallTypes& types) {
    return format_of(types.constant(1)->as_bytes())
        .type({"timestamp", "request", "status", "size", "body_bytes_size", "severity", "pid",
               "tid", "message"});
}

const TimePattern& usual_times(std::string_view name) {
    static const TimePattern of_access(access_log_time);
    static const TimePattern of_errors("%Y/%m/%d %H:%M:%S");
    return name == "error" ? of_errors : of_access;
}

Value run(Call& call) {
    const std::string_view name = call.bytes(1);
    const LogFormat& format = format_of(name);
    const std::optional<Value> fields = format.parse(
        call, call.bytes(0), call.given(2) ? time_pattern(call, call[2]) : usual_times(name));
    return fields ? *fields : call.fail("failed parsing log line");
}

const Function parse_nginx_log_function{
    .name = "parse_nginx_log",
    .category = "Parse",
    .summary = "Parses a line of nginx's access or error log.",
    .parameters = {required("value", kinds::bytes, "The line."),
                   required("format", kinds::bytes, "Which log it is from.")
                       .literal()
                       .one_of({"combined", "error", "ingress_upstreaminfo", "main"}),
                   optional("timestamp_format", kinds::bytes,
                            "The format of its time; the log's own by default.")},
    .returns = kinds::object,
    .type = type,
    .fallible = true,
    .examples =
        {{"Combined",
          R"(parse_nginx_log!("::1 - - [01/Apr/2021:12:02:31 +0000] \"GET / HTTP/1.1\" 200 1 \"-\" \"c\"", "combined"))",
          R"({ "agent": "c", "client": "::1", "referer": "-", "request": "GET / HTTP/1.1", "size": 1, "status": 200, "timestamp": t'2021-04-01T12:02:31Z' })"},
         {"Error", R"(parse_nginx_log!("2021/04/01 13:02:31 [warn] 7#9: something odd", "error"))",
          R"({ "message": "something odd", "pid": 7, "severity": "warn", "tid": 9, "timestamp": t'2021-04-01T13:02:31Z' })"},
         {"Another line", R"(parse_nginx_log!("x", "main"))",
          R"(function call error for "parse_nginx_log" at (0:29): failed parsing log line)"}},
    .prepare = prepare_time_pattern<2>,
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(parse_nginx_log_function);
}  // namespace engine::vrl
