#include <algorithm>
#include <charconv>

#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

constexpr std::string_view default_format =
    "version account_id interface_id srcaddr dstaddr srcport dstport protocol packets bytes start "
    "end action log_status";

/// Fields that are numbers, and those that are texts.
constexpr std::array<std::string_view, 10> integer_fields = {
    "bytes",   "dstport", "end",       "packets",      "protocol",
    "srcport", "start",   "tcp_flags", "traffic_path", "version"};
constexpr std::array<std::string_view, 20> text_fields = {"account_id",
                                                          "action",
                                                          "az_id",
                                                          "dstaddr",
                                                          "flow_direction",
                                                          "instance_id",
                                                          "interface_id",
                                                          "log_status",
                                                          "pkt_dst_aws_service",
                                                          "pkt_dstaddr",
                                                          "pkt_src_aws_service",
                                                          "pkt_srcaddr",
                                                          "region",
                                                          "srcaddr",
                                                          "sublocation_id",
                                                          "sublocation_type",
                                                          "subnet_id",
                                                          "type",
                                                          "vpc_id",
                                                          "reject_reason"};

std::string_view next_word(std::string_view& rest) {
    const std::string_view word = rest.substr(0, rest.find(' '));
    rest.remove_prefix(std::min(word.size() + 1, rest.size()));
    return word;
}

Value convert(Call& call, std::string_view key, std::string_view text) {
    const bool is_integer = std::ranges::find(integer_fields, key) != integer_fields.end();
    if (!is_integer && std::ranges::find(text_fields, key) == text_fields.end()) {
        return call.fail("unknown key: `{}`", key);
    }
    if (text == "-") {
        return Value::null();
    }
    if (!is_integer) {
        return Value::bytes(text);
    }
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size()
               ? Value::integer(number)
               : call.fail("failed to parse value as i64 (key: `{}`): `{}`", key, text);
}

Value run(Call& call) {
    const Value format = call.given(1) ? call[1] : Value::bytes(default_format);
    std::string_view keys = format.as_bytes();
    std::string buffer;
    std::string_view text = utf8_lossy(call.bytes(0), buffer);
    if (text.data() == buffer.data()) {
        text = call.arena().copy(text);
    }
    std::string_view rest = text;
    bool has_value = true;  // an empty text is one empty value
    std::vector<Member> members;
    while (!keys.empty()) {
        const std::string_view key = next_word(keys);
        if (!has_value) {
            return call.fail("no item for key: `{}`", key);
        }
        const std::string_view word = rest.substr(0, rest.find(' '));
        has_value = word.size() < rest.size();
        rest.remove_prefix(std::min(word.size() + 1, rest.size()));
        const Value value = convert(call, key, word);
        if (value.is_failure()) {
            return value;
        }
        members.push_back({key, value});
    }
    if (has_value) {
        return call.fail("no key for value: `{}`", next_word(rest));
    }
    return object_of(members, call.arena());
}

Type type(const CallTypes&) {
    Type::Fields fields;
    for (const std::string_view name : integer_fields) {
        fields.emplace(name, Type(kinds::integer | kinds::null));
    }
    for (const std::string_view name : text_fields) {
        fields.emplace(name, Type(kinds::bytes | kinds::null));
    }
    return Type::object(std::move(fields));
}

const Function parse_aws_vpc_flow_log_function{
    .name = "parse_aws_vpc_flow_log",
    .category = "Parse",
    .summary = "Parses a line of the flow log of an Amazon virtual private cloud.",
    .parameters = {required("value", kinds::bytes, "The line."),
                   optional("format", kinds::bytes,
                            "Names of its fields, with a space between; version 2's by default.")},
    .returns = kinds::object,
    .type = type,
    .fallible = true,
    .examples =
        {{"A format",
          R"(parse_aws_vpc_flow_log!("3 vpc-1 19", format: "version vpc_id tcp_flags"))",
          R"({ "tcp_flags": 19, "version": 3, "vpc_id": "vpc-1" })"},
         {"No data", R"(parse_aws_vpc_flow_log!("2 -", format: "version action"))",
          R"({ "action": null, "version": 2 })"},
         {"Too few fields", R"(parse_aws_vpc_flow_log!("2", format: "version action"))",
          R"(function call error for "parse_aws_vpc_flow_log" at (0:54): no item for key: `action`)"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(parse_aws_vpc_flow_log_function);
}  // namespace engine::vrl
