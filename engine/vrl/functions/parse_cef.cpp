#include <absl/strings/ascii.h>

#include <algorithm>
#include <array>

#include "engine/vrl/function.hpp"
#include "engine/vrl/text/parse_trace.hpp"

namespace engine::vrl {
namespace {

constexpr std::array<std::string_view, 7> header_fields = {
    "cefVersion",         "deviceVendor", "deviceProduct", "deviceVersion",
    "deviceEventClassId", "name",         "severity"};

/// Fields whose name is the value of the field `…Label`.
constexpr std::array<std::string_view, 22> custom_fields = {"c6a1",
                                                            "c6a2",
                                                            "c6a3",
                                                            "c6a4",
                                                            "cfp1",
                                                            "cfp2",
                                                            "cfp3",
                                                            "cfp4",
                                                            "cn1",
                                                            "cn2",
                                                            "cn3",
                                                            "cs1",
                                                            "cs2",
                                                            "cs3",
                                                            "cs4",
                                                            "cs5",
                                                            "cs6",
                                                            "flexString1",
                                                            "flexString2",
                                                            "flexDate1",
                                                            "deviceCustomDate1",
                                                            "deviceCustomDate2"};

constexpr char backslash = 0x5c;

bool is_key_character(char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-' || c == '.' ||
           c == '[' || c == ']';
}

/// Replaces escapes of `escapable` characters, and `\n` and `\r` where `has_lines`.
Value unescape(std::string_view text, std::string_view escapable, bool has_lines, Arena& arena) {
    if (text.find(backslash) == std::string_view::npos) {
        return Value::bytes(text);
    }
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char next = i + 1 < text.size() ? text[i + 1] : '\0';
        if (text[i] != backslash || next == '\0') {
            result += text[i];
        } else if (escapable.find(next) != std::string_view::npos) {
            result += next;
            ++i;
        } else if (has_lines && (next == 'n' || next == 'r')) {
            result += next == 'n' ? '\n' : '\r';
            ++i;
        } else {
            result += text[i];
        }
    }
    return Value::copy_of(result, arena);
}

/// Length of the field before the next `|` that no backslash escapes.
std::size_t header_length(std::string_view text) {
    std::size_t i = 0;
    while (i < text.size() && text[i] != '|') {
        i += text[i] == backslash ? 2U : 1U;
    }
    return std::min(i, text.size());
}

/// Length of the key at the front that a `=` follows; 0 when there is none.
std::size_t key_length(std::string_view text) {
    const auto end = std::ranges::find_if_not(text, is_key_character);
    return end != text.end() && *end == '=' ? static_cast<std::size_t>(end - text.begin()) : 0;
}

/// Length of the value: up to the space before the next key, or the end.
std::size_t value_length(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == backslash) {
            ++i;
        } else if (text[i] == ' ') {
            std::size_t word = i;
            while (word < text.size() && text[word] == ' ') {
                ++word;
            }
            if (word == text.size() || key_length(text.substr(word)) > 0) {
                return i;
            }
            i = word - 1;
        }
    }
    return text.size();
}

std::string_view without_quotes(std::string_view text) {
    return text.size() >= 2 && text.starts_with('"') && text.ends_with('"')
               ? text.substr(1, text.size() - 2)
               : text;
}

/// Reads `key=value` pairs; what is left over is returned.
std::string_view read_extension(std::string_view rest, std::vector<Member>& members, Arena& arena) {
    for (;;) {
        const std::string_view text =
            rest.substr(std::min(rest.find_first_not_of(' '), rest.size()));
        const std::size_t length = key_length(text);
        if (length == 0) {
            return text;
        }
        const std::string_view key = text.substr(0, length);
        const std::string_view value = text.substr(length + 1);
        const std::size_t size = value_length(value);
        members.push_back(
            {key, unescape(without_quotes(value.substr(0, size)), "=\\", true, arena)});
        rest = value.substr(size);
    }
}

/// Names custom fields by their labels.
void translate(std::vector<Member>& members, Arena& arena) {
    std::vector<Member> result;
    const auto find = [&](std::string_view key) {
        return std::ranges::find(members.rbegin(), members.rend(), key, &Member::key);
    };
    constexpr std::string_view label_suffix = "Label";
    for (const Member& member : members) {
        const bool is_label = member.key.ends_with(label_suffix);
        const std::string_view base =
            is_label ? member.key.substr(0, member.key.size() - label_suffix.size()) : member.key;
        if (std::ranges::find(custom_fields, base) == custom_fields.end()) {
            result.push_back(member);
            continue;
        }
        const auto value = find(base);
        const std::string label_key = std::string(base) + std::string(label_suffix);
        const auto label = find(label_key);
        if (value == members.rend() || label == members.rend()) {
            result.push_back(member);
        } else if (!is_label) {
            result.push_back({arena.copy(label->value.as_bytes()), value->value});
        }
    }
    members.swap(result);
}

Value run(Call& call) {
    std::string buffer;
    std::string_view text = utf8_lossy(call.bytes(0), buffer);
    text = call.arena().copy(text);
    ParseTrace trace(text);
    const std::size_t begin = text.find("CEF:");
    if (begin == std::string_view::npos) {
        trace.in("TakeUntil", 0);
        return call.fail("{}", trace.describe());
    }
    std::string_view rest = text.substr(begin + 4);
    std::vector<Member> members;
    for (const std::string_view field : header_fields) {
        const std::size_t length = header_length(rest);
        if (length == rest.size() && field != header_fields.back()) {
            trace.in("Tag", text.size());
            trace.in("Alt", text.size());
            return call.fail("{}", trace.describe());
        }
        members.push_back({field, unescape(rest.substr(0, length), "|\\", false, call.arena())});
        rest.remove_prefix(std::min(length + 1, rest.size()));
    }
    rest = read_extension(rest, members, call.arena());
    if (!rest.empty() && call.boolean(2)) {
        return call.fail("Could not parse whole line successfully");
    }
    if (call.boolean(1)) {
        translate(members, call.arena());
    }
    return object_of(members, call.arena());
}

const Function parse_cef_function{
    .name = "parse_cef",
    .category = "Parse",
    .summary = "Parses a message in ArcSight's common event format.",
    .parameters = {required("value", kinds::bytes, "The message; text may stand before it."),
                   optional("translate_custom_fields", kinds::boolean,
                            "Whether fields such as `cs1` get the name that `cs1Label` holds.",
                            Value::boolean(false)),
                   optional("strict", kinds::boolean,
                            "Whether an extension that can't be read wholly is an error.",
                            Value::boolean(true))},
    .returns = kinds::object,
    .fallible = true,
    .examples =
        {{"An extension", R"(parse_cef!("CEF:0|v|p|1|2|n|3|msg=a b act=c"))",
          R"({ "act": "c", "cefVersion": "0", "deviceEventClassId": "2", "deviceProduct": "p", )"
          R"("deviceVendor": "v", "deviceVersion": "1", "msg": "a b", "name": "n", "severity": "3" })"},
         {"Custom fields",
          R"(parse_cef!("CEF:0|v|p|1|2|n|3|cs1=x cs1Label=rule", translate_custom_fields: true))",
          R"({ "cefVersion": "0", "deviceEventClassId": "2", "deviceProduct": "p", )"
          R"("deviceVendor": "v", "deviceVersion": "1", "name": "n", "rule": "x", "severity": "3" })"},
         {"Not strict", R"(parse_cef!("CEF:0|v|p|1|2|n|3|=x", strict: false))",
          R"({ "cefVersion": "0", "deviceEventClassId": "2", "deviceProduct": "p", )"
          R"("deviceVendor": "v", "deviceVersion": "1", "name": "n", "severity": "3" })"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(parse_cef_function);
}  // namespace engine::vrl
