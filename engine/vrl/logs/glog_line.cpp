#include "engine/vrl/logs/glog_line.hpp"

#include <charconv>

#include "engine/vrl/time_pattern.hpp"

namespace engine::vrl {

namespace {

std::string_view level_name(std::string_view letter) {
    return letter == "I"   ? "info"
           : letter == "W" ? "warning"
           : letter == "E" ? "error"
           : letter == "F" ? "fatal"
                           : "";
}

std::optional<std::int64_t> integer(std::string_view text) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() ? std::optional(number) : std::nullopt;
}

}  // namespace

std::optional<Value> parse_glog_line(Call& call, const regex::Regex& line_regex,
                                     std::string_view year, std::string_view time_format,
                                     absl::TimeZone zone) {
    std::string buffer;
    std::string_view text = utf8_lossy(call.bytes(0), buffer);
    if (text.data() == buffer.data()) {
        text = call.arena().copy(text);
    }
    std::array<std::string_view, 7> groups;
    if (!line_regex.find(text, 0, groups)) {
        return std::nullopt;
    }
    const std::string_view level = level_name(groups[1]);
    if (level.empty()) {
        return call.fail("unrecognized log level \"{}\"", groups[1]);
    }
    const auto time = TimePattern(time_format).parse(std::string(year).append(groups[2]), zone);
    if (!time) {
        return call.fail("failed parsing timestamp {}: {}", groups[2], time.error());
    }
    const auto id = integer(groups[3]);
    if (!id) {
        return call.fail("failed parsing id");
    }
    const auto line = integer(groups[5]);
    if (!line) {
        return call.fail("failed parsing line");
    }
    std::array<Member, 6> members = {{{"level", Value::bytes(level)},
                                      {"timestamp", Value::timestamp(*time)},
                                      {"id", Value::integer(*id)},
                                      {"file", Value::bytes(groups[4])},
                                      {"line", Value::integer(*line)},
                                      {"message", Value::bytes(groups[6])}}};
    return object_of(members, call.arena());
}

Type glog_line_type() {
    return Type::object({{"level", kinds::bytes},
                         {"timestamp", kinds::timestamp},
                         {"id", kinds::integer},
                         {"file", kinds::bytes},
                         {"line", kinds::integer},
                         {"message", kinds::bytes}});
}

}  // namespace engine::vrl
