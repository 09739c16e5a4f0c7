#include "engine/vrl/logs/nginx_formats.hpp"

#include "engine/vrl/logs/access_line.hpp"
#include "engine/vrl/logs/error_line.hpp"

namespace engine::vrl {

using enum LogFormat::FieldKind;

const LogFormat& nginx_combined_format() {
    static const LogFormat format(
        R"re(^\s*(?:-|(?P<client>\S+))\s+-\s+(?:-|(?P<user>\S+))\s+\[(?P<timestamp>[^\[\]]+)\]\s+)re"
        R"re("(?:-|(?P<request>[^"]*))"\s+(?P<status>\d+)\s+(?P<size>\d+)\s+"(?P<referer>[^"]*)"\s+)re"
        R"re("(?P<agent>[^"]*)"(?:\s+"(?:-|(?P<compression>[^"]*))")?\s*$)re",
        {{"timestamp", Time}, {"status", Integer}, {"size", Integer}}, split_nginx_combined_line);
    return format;
}

const LogFormat& nginx_main_format() {
    static const LogFormat format(
        R"re(^\s*(?:-|(?P<remote_addr>\S+))\s+-\s+(?:-|(?P<remote_user>\S+))\s+)re"
        R"re(\[(?P<timestamp>[^\[\]]+)\]\s+"(?:-|(?P<request>[^"]*))"\s+(?P<status>\d+)\s+)re"
        R"re((?P<body_bytes_size>\d+)\s+"(?:-|(?P<http_referer>[^"]*))"\s+)re"
        R"re("(?:-|(?P<http_user_agent>[^"]*))"\s+"(?:-|(?P<http_x_forwarded_for>[^"]*))"\s*$)re",
        {{"timestamp", Time}, {"status", Integer}, {"body_bytes_size", Integer}},
        split_nginx_main_line);
    return format;
}

const LogFormat& ingress_format() {
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
         {"upstream_status", Integer}},
        split_ingress_line);
    return format;
}

const LogFormat& nginx_error_format() {
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
         {"excess", Float}},
        split_nginx_error_line);
    return format;
}

}  // namespace engine::vrl
