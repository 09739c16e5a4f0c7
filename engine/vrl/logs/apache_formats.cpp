#include "engine/vrl/logs/apache_formats.hpp"

#include "engine/vrl/logs/access_line.hpp"
#include "engine/vrl/logs/error_line.hpp"

namespace engine::vrl {

using enum LogFormat::FieldKind;

const LogFormat& common_log_format() {
    static const LogFormat format(
        R"re(^\s*(?:-|(?P<host>.*?))\s+(?:-|(?P<identity>.*?))\s+(?:-|(?P<user>.*?))\s+)re"
        R"re((?:-|\[(?:-|(?P<timestamp>[^\[]*))\])\s+)re"
        R"re((?:-|"(?:-|\s*|(?P<message>(?P<method>\w+)\s+(?P<path>(?:\\"|[^"])*?)\s+)re"
        R"re((?P<protocol>[^"\s]*)\s*))")\s+(?:-|(?P<status>\d+))\s+(?:-|(?P<size>\d+))\s*$)re",
        {{"timestamp", Time}, {"status", Integer}, {"size", Integer}}, split_common_line);
    return format;
}

const LogFormat& apache_combined_format() {
    static const LogFormat format(
        R"re(^\s*(?:-|(?P<host>.*?))\s+(?:-|(?P<identity>.*?))\s+(?:-|(?P<user>.*?))\s+)re"
        R"re((?:-|\[(?:-|(?P<timestamp>[^\[]*))\])\s+)re"
        R"re((?:-|"(?:-|\s*|(?P<message>(?P<method>\w+)\s+(?P<path>(?:\\"|[^"])*?)\s+)re"
        R"re((?P<protocol>[^"\s]*)\s*))")\s+(?:-|(?P<status>\d+))\s+(?:-|(?P<size>\d+))\s+)re"
        R"re("(?P<referrer>[^"]*)"\s+"(?:-|(?P<agent>[^"]*))")re",
        {{"timestamp", Time}, {"status", Integer}, {"size", Integer}}, split_combined_line);
    return format;
}

const LogFormat& apache_error_format() {
    static const LogFormat format(
        R"re(^\s*(?:-|\[(?:-|(?P<timestamp>[^\[]*))\])\s+)re"
        R"re((?:-|\[(?:-|(?P<module>[^:\]]*)?:(?P<severity>[^\[\]]*))\])\s+)re"
        R"re((?:-|\[\s*pid\s*(?:-|(?P<pid>[^:\]]*)(?::\s*tid\s*(?P<thread>[^\[\]]*))?)\])\s+)re"
        R"re((?:\[client\s+(?:-|(?P<client>[^\]]*?)(?::(?P<port>\d+))?)\]\s+)?(?P<message>.*)$)re",
        {{"timestamp", Time}, {"pid", Integer}, {"port", Integer}}, split_apache_error_line);
    return format;
}

}  // namespace engine::vrl
