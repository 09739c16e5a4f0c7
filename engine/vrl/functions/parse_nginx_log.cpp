#include "engine/vrl/function.hpp"
#include "engine/vrl/logs/log_format.hpp"

namespace engine::vrl {
namespace {

using enum LogFormat::FieldKind;

const LogFormat& combined() {
    static const LogFormat format(
        R"re(^\s*(?:-|(?P<client>\S+))\s+-\s+(?:-|(?P<user>\S+))\s+\[(?P<timestamp>[^\[\]]+)\]\s+)re"
        R"re("(?:-|(?P<request>[^"]*))"\s+(?P<status>\d+)\s+(?P<size>\d+)\s+"(?P<referer>[^"]*)"\s+)re"
        R"re("(?P<agent>[^"]*)"(?:\s+"(?:-|(?P<compression>[^"]*))")?\s*$)re",
        {{"timestamp", Time}, {"status", Integer}, {"size", Integer}});
    return format;
}

const LogFormat& main_format() {
    static const LogFormat format(
        R"re(^\s*(?:-|(?P<remote_addr>\S+))\s+-\s+(?:-|(?P<remote_user>\S+))\s+)re"
        R"re(\[(?P<timestamp>[^\[\]]+)\]\s+"(?:-|(?P<request>[^"]*))"\s+(?P<status>\d+)\s+)re"
        R"re((?P<body_bytes_size>\d+)\s+"(?:-|(?P<http_referer>[^"]*))"\s+)re"
        R"re("(?:-|(?P<http_user_agent>[^"]*))"\s+"(?:-|(?P<http_x_forwarded_for>[^"]*))"\s*$)re",
        {{"timestamp", Time}, {"status", Integer}, {"body_bytes_size", Integer}});
    return format;
}

const LogFormat& ingress() {
    static const LogFormat format(
        R"re(^\s*(?:-|(?P<remote_addr>\S+))\s+-\s+(?:-|(?P<remote_user>\S+))\s+)re"
        R"re(\[(?P<timestamp>[^\[\]]+)\]\s+"(?:-|(?P<request>[^"]*))"\s+(?P<status>\d+)\s+)re"
        R"re((?P<body_bytes_size>\d+)\s+"(?:-|(?P<http_referer>[^"]*))"\s+)re"
        R"re("(?:-|(?P<http_user_agent>[^"]*))"\s+(?P<request_length>\d+)\s+)re"
        R"re((?P<request_time>\d+\.\d+)\s+\[(?:-|(?P<proxy_upstream_name>[^\]]+))?\]\s+)re"
        R"re(\[(?:-|(?P<proxy_alternative_upstream_name>[^\]]+))?\]\s+(?P<upstream_addr>\S+)\s+)re"
        R"re((?:-|(?P<upstream_response_length>\d+))\s+(?:-|(?P<upstream_response_time>\d+\.\d+))\s+)re"
        R"re((?:-|(?P<upstream_status>\d+))\s+(?P<req_id>\S+)\s*$)re",
        {{"timestamp", Time},
         {"status", Integer},
         {"body_bytes_size", Integer},
         {"request_length", Integer},
         {"request_time", Float},
         {"upstream_response_length", Integer},
         {"upstream_response_time", Float},
         {"upstream_status", Integer}});
    return format;
}

const LogFormat& error_format() {
    static const LogFormat format(
        R"re(^\s*(?P<timestamp>\d+/\d+/\d+\s+\d+:\d+:\d+)\s+\[(?P<severity>\w+)\]\s+)re"
        R"re((?P<pid>\d+)#(?P<tid>\d+):(?:\s+\*(?P<cid>\d+))?\s+(?P<message>.+?))re"
        R"re((?:,\s+excess:\s+(?P<excess>[^\s,]+),?\s+by\s+zone\s+"(?P<zone>[^",]+)")?)re"
        R"re((?:,\s+client:\s+(?P<client>[^,]+))?(?:,\s+server:\s+(?P<server>[^,]*))?)re"
        R"re((?:,\s+request:\s+"(?P<request>[^"]*)")?(?:,\s+upstream:\s+"(?P<upstream>[^"]*)")?)re"
        R"re((?:,\s+host:\s+"(?P<host>[^"]*)")?(?:,\s+referrer:\s+"(?P<referer>[^"]*)")?\s*$)re",
        {{"timestamp", Time},
         {"pid", Integer},
         {"tid", Integer},
         {"cid", Integer},
         {"excess", Float}});
    return format;
}

const LogFormat& format_of(std::string_view name) {
    return name == "combined" ? combined()
           : name == "main"   ? main_format()
           : name == "error"  ? error_format()
                              : ingress();
}

Type type(const CallTypes& types) {
    return format_of(types.constant(1)->as_bytes())
        .type({"timestamp", "request", "status", "size", "body_bytes_size", "severity", "pid",
               "tid", "message"});
}

Value run(Call& call) {
    const std::string_view name = call.bytes(1);
    const bool is_error = name == "error";
    const LogFormat& format = format_of(name);
    const std::string_view time_format = call.given(2) ? call.bytes(2)
                                         : is_error    ? "%Y/%m/%d %H:%M:%S"
                                                       : access_log_time;
    const std::optional<Value> fields = format.parse(call, call.bytes(0), time_format);
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
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(parse_nginx_log_function);
}  // namespace engine::vrl
