#include "engine/vrl/syslog/syslog_object.hpp"

#include <charconv>

#include "engine/event/container.hpp"
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

}  // namespace

Value syslog_object(const SyslogMessage& message, Arena& arena) {
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

Type syslog_type() {
    const Type text(kinds::bytes | kinds::null);
    return Type::object({{"message", kinds::bytes},
                         {"hostname", text},
                         {"severity", text},
                         {"facility", text},
                         {"appname", text},
                         {"msgid", text},
                         {"timestamp", kinds::timestamp | kinds::null},
                         {"procid", kinds::bytes | kinds::integer | kinds::null},
                         {"version", kinds::integer | kinds::null}},
                        Type::any());
}

}  // namespace engine::vrl
