#include <algorithm>
#include <cmath>

#include "engine/vrl/function.hpp"
#include "engine/vrl/text/whole_number.hpp"

namespace engine::vrl {
namespace {

/// What a field is: a word, a word that `-` stands for none of, numbers, and quoted texts, lists of
/// words and the request line.
enum class FieldKind { Word, OptionalWord, Number, Integer, Quoted, List, Request };

struct Field {
    std::string_view name;
    FieldKind kind;
};

constexpr std::array fields = {Field{"type", FieldKind::Word},
                               Field{"timestamp", FieldKind::Word},
                               Field{"elb", FieldKind::Word},
                               Field{"client_host", FieldKind::Word},
                               Field{"target_host", FieldKind::OptionalWord},
                               Field{"request_processing_time", FieldKind::Number},
                               Field{"target_processing_time", FieldKind::Number},
                               Field{"response_processing_time", FieldKind::Number},
                               Field{"elb_status_code", FieldKind::Word},
                               Field{"target_status_code", FieldKind::OptionalWord},
                               Field{"received_bytes", FieldKind::Integer},
                               Field{"sent_bytes", FieldKind::Integer},
                               Field{"request", FieldKind::Request},
                               Field{"user_agent", FieldKind::Quoted},
                               Field{"ssl_cipher", FieldKind::OptionalWord},
                               Field{"ssl_protocol", FieldKind::OptionalWord},
                               Field{"target_group_arn", FieldKind::OptionalWord},
                               Field{"trace_id", FieldKind::Quoted},
                               Field{"domain_name", FieldKind::Quoted},
                               Field{"chosen_cert_arn", FieldKind::Quoted},
                               Field{"matched_rule_priority", FieldKind::OptionalWord},
                               Field{"request_creation_time", FieldKind::OptionalWord},
                               Field{"actions_executed", FieldKind::Quoted},
                               Field{"redirect_url", FieldKind::Quoted},
                               Field{"error_reason", FieldKind::Quoted},
                               Field{"target_port_list", FieldKind::List},
                               Field{"target_status_code_list", FieldKind::List},
                               Field{"classification", FieldKind::Quoted},
                               Field{"classification_reason", FieldKind::Quoted}};

bool is_quoted(FieldKind kind) {
    return kind == FieldKind::Quoted || kind == FieldKind::List || kind == FieldKind::Request;
}

Value text_or_null(std::string_view text) {
    return text == "-" ? Value::null() : Value::bytes(text);
}

/// Reads one line, field by field.
class LineReader {
public:
    LineReader(std::string_view text, Call& call) : rest_(text), call_(call) {}

    Value read() {
        for (const Field& field : fields) {
            std::string_view text;
            if (const std::string_view error = take(field, text); !error.empty()) {
                return call_.fail("failed to get field `{}`: Parsing Error: (\"{}\", {})",
                                  field.name, rest_, error);
            }
            if (!add(field, text)) {
                return call_.fail("failed to get field `{}`: `{}` is not a number", field.name,
                                  text);
            }
        }
        add_traceability();
        if (call_.boolean(1) && !rest_.empty()) {
            return call_.fail("Log should be fully consumed: \"{}\"", rest_);
        }
        return object_of(members_, call_.arena());
    }

private:
    /// The field's text; or what failed, as the reference names it.
    std::string_view take(const Field& field, std::string_view& text) {
        if (is_quoted(field.kind)) {
            if (!rest_.starts_with(" \"")) {
                return "Tag";
            }
            rest_.remove_prefix(2);
            return take_quoted(text);
        }
        if (field.name != fields.front().name) {
            if (!rest_.starts_with(' ')) {
                return "Char";
            }
            rest_.remove_prefix(1);
        }
        text = rest_.substr(0, rest_.find(' '));
        rest_.remove_prefix(text.size());
        return text.empty() ? "TakeWhile1" : std::string_view();
    }

    /// Up to the quote that no backslash escapes.
    std::string_view take_quoted(std::string_view& text) {
        constexpr char backslash = 0x5c;
        std::string plain;
        std::size_t i = 0;
        for (; i < rest_.size() && rest_[i] != '"'; ++i) {
            i += rest_[i] == backslash && i + 1 < rest_.size() && rest_[i + 1] == '"' ? 1U : 0U;
            plain += rest_[i];
        }
        if (i == rest_.size()) {
            return "TakeUntil";
        }
        text = plain.size() == i ? rest_.substr(0, i) : call_.arena().copy(plain);
        rest_.remove_prefix(i + 1);
        return {};
    }

    bool add(const Field& field, std::string_view text) {
        Value value = Value::bytes(text);
        if (field.kind == FieldKind::Integer) {
            const auto integer = whole_number<std::int64_t>(text);
            if (!integer) {
                return false;
            }
            value = Value::integer(*integer);
        } else if (field.kind == FieldKind::Number) {
            const auto number = whole_number<double>(text);
            if (!number || std::isnan(*number)) {
                return false;
            }
            value = Value::floating(*number);
        } else if (field.kind == FieldKind::Request) {
            add_request(text);
            return true;
        } else if (field.kind == FieldKind::List) {
            value = list(text);
        } else if (field.kind != FieldKind::Word) {
            value = text_or_null(text);
        }
        members_.push_back({field.name, value});
        return true;
    }

    void add_request(std::string_view text) {
        const auto word = [&] {
            const std::string_view first = text.substr(0, text.find(' '));
            text.remove_prefix(std::min(first.size() + 1, text.size()));
            return text_or_null(first);
        };
        members_.push_back({"request_method", word()});
        members_.push_back({"request_url", word()});
        members_.push_back({"request_protocol", text_or_null(text)});
    }

    Value list(std::string_view text) {
        std::vector<Value> items;
        while (!text.empty() && text != "-") {
            const std::string_view word = text.substr(0, text.find(' '));
            text.remove_prefix(std::min(word.size() + 1, text.size()));
            items.push_back(Value::bytes(word));
        }
        return array_of(items, call_.arena());
    }

    /// Newer lines end in the identifier that connection logs share.
    void add_traceability() {
        constexpr std::string_view prefix = " TID_";
        Value value = Value::null();
        if (rest_.starts_with(prefix)) {
            const std::string_view text = rest_.substr(1, rest_.find(' ', 1) - 1);
            rest_.remove_prefix(text.size() + 1);
            value = Value::bytes(text);
        }
        members_.push_back({"traceability_id", value});
    }

    std::string_view rest_;
    Call& call_;
    std::vector<Member> members_;
};

Value run(Call& call) {
    std::string buffer;
    return LineReader(call.arena().copy(utf8_lossy(call.bytes(0), buffer)), call).read();
}

const Function parse_aws_alb_log_function{
    .name = "parse_aws_alb_log",
    .category = "Parse",
    .summary = "Parses a line of the access log of an Amazon application load balancer.",
    .parameters = {required("value", kinds::bytes, "The line."),
                   optional("strict_mode", kinds::boolean,
                            "Whether text after the last known field is an error.",
                            Value::boolean(true))},
    .returns = kinds::object,
    .fallible = true,
    .examples =
        {{"A field of a line", R"(parse_aws_alb_log!(.message).target_processing_time)", R"(0.5)",
          R"({"message": "http 2018-11-30T22:23:00Z app/a 1.2.3.4:5 - 0 0.5 0 200 - 34 366 )"
          R"(\"GET http://a/ HTTP/1.1\" \"curl\" - - - \"-\" \"-\" \"-\" 0 2018-11-30T22:22:48Z )"
          R"(\"-\" \"-\" \"-\" \"-\" \"-\" \"-\" \"-\""})"},
         {"Not a line", R"(parse_aws_alb_log!("hello"))",
          R"(function call error for "parse_aws_alb_log" at (0:27): failed to get field )"
          R"(`timestamp`: Parsing Error: ("", Char))"},
         {"Nothing", R"(parse_aws_alb_log("") ?? null)", R"(null)"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(parse_aws_alb_log_function);
}  // namespace engine::vrl
