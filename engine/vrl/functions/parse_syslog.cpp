#include <absl/time/clock.h>

#include <charconv>

#include "engine/vrl/function.hpp"
#include "engine/vrl/syslog/syslog_message.hpp"
#include "engine/vrl/syslog/syslog_names.hpp"

namespace engine::vrl {
namespace {

Value process_id(std::string_view text) {
    std::int32_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool is_number = error == std::errc() && end == text.data() + text.size();
    return is_number ? Value::integer(number) : Value::bytes(text);
}

Value parameters(const SyslogMessage::Element& element, Arena& arena) {
    std::vector<Member> members;
    for (const auto& [name, value] : element.parameters) {
        members.push_back({name, Value::copy_of(value, arena)});
    }
    return object_of(members, arena);
}

Value object(const SyslogMessage& message, Arena& arena) {
    std::vector<Member> members = {{"timestamp", Value::timestamp(message.timestamp)},
                                   {"message", Value::bytes(message.message)}};
    if (message.priority) {
        const auto facility = static_cast<std::size_t>(*message.priority) / 8;
        const auto severity = static_cast<std::size_t>(*message.priority) % 8;
        if (facility < syslog_facilities.size()) {
            members.push_back({"facility", Value::bytes(syslog_facilities[facility])});
        }
        members.push_back({"severity", Value::bytes(syslog_severities[severity])});
    }
    if (message.version) {
        members.push_back({"version", Value::integer(*message.version)});
    }
    if (message.hostname) {
        members.push_back({"hostname", Value::bytes(*message.hostname)});
    }
    if (message.appname) {
        members.push_back({"appname", Value::bytes(*message.appname)});
    }
    if (message.procid) {
        members.push_back({"procid", process_id(*message.procid)});
    }
    if (message.msgid) {
        members.push_back({"msgid", Value::bytes(*message.msgid)});
    }
    for (const SyslogMessage::Element& element : message.structured_data) {
        members.push_back({element.id, parameters(element, arena)});
    }
    return object_of(members, arena);
}

Value run(Call& call) {
    std::string buffer;
    std::string_view text = utf8_lossy(call.bytes(0), buffer);
    if (text.data() == buffer.data()) {
        text = call.arena().copy(text);
    }
    const auto message = parse_syslog_message(text, call.timezone(), absl::Now());
    return message ? object(*message, call.arena())
                   : call.fail("unable to parse input as valid syslog message");
}

const Function parse_syslog_function{
    .name = "parse_syslog",
    .category = "Parse",
    .summary = "Parses a syslog message of RFC 5424 or RFC 3164.",
    .parameters = {required("value", kinds::bytes, "The message.")},
    .returns = kinds::object,
    .fallible = true,
    .deterministic = false,
    .examples =
        {{"RFC 5424", R"(parse_syslog!("<13>1 2020-03-13T20:45:38Z host app 7 - - Hello"))",
          R"({ "appname": "app", "facility": "user", "hostname": "host", "message": "Hello", "procid": 7, "severity": "notice", "timestamp": t'2020-03-13T20:45:38Z', "version": 1 })"},
         {"RFC 3164", R"(parse_syslog!("<34>Oct 11 2021 22:14:15 host su: failed"))",
          R"({ "appname": "su", "facility": "auth", "hostname": "host", "message": "failed", "severity": "crit", "timestamp": t'2021-10-11T22:14:15Z' })"},
         {"Another text", R"(parse_syslog!("hello"))",
          R"(function call error for "parse_syslog" at (0:22): unable to parse input as valid syslog message)"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(parse_syslog_function);
}  // namespace engine::vrl
