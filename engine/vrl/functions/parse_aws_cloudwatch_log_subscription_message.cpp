#include <algorithm>

#include "engine/codec/json_parser.hpp"
#include "engine/vrl/function.hpp"
#include "engine/vrl/text/json_cursor.hpp"

namespace engine::vrl {
namespace {

/// Reads the message out of JSON that is known to be well-formed. What has another form than
/// expected sets `error`.
class MessageReader {
public:
    MessageReader(std::string_view text, Arena& arena) : cursor_(text), arena_(arena) {}

    std::optional<Value> read() {
        static constexpr std::array<Rule, 6> rules = {
            Rule{"owner", "owner", &MessageReader::text},
            Rule{"messageType", "message_type", &MessageReader::message_type},
            Rule{"logGroup", "log_group", &MessageReader::text},
            Rule{"logStream", "log_stream", &MessageReader::text},
            Rule{"subscriptionFilters", "subscription_filters", &MessageReader::texts},
            Rule{"logEvents", "log_events", &MessageReader::events}};
        return structure(rules, "struct AwsCloudWatchLogsSubscriptionMessage");
    }
    [[nodiscard]] const std::string& error() const { return error_; }

private:
    struct Rule {
        std::string_view key;
        std::string_view name;
        std::optional<Value> (MessageReader::*read)();
    };

    std::nullopt_t fail(std::string_view text) {
        const auto [line, column] = cursor_.place();
        error_ = fmt::format("{} at line {} column {}", text, line, column);
        return std::nullopt;
    }

    std::nullopt_t unexpected(std::string_view wanted) {
        const std::string found = cursor_.describe_value();
        return fail(fmt::format("invalid type: {}, expected {}", found, wanted));
    }

    std::optional<Value> structure(std::span<const Rule> rules, std::string_view name) {
        if (cursor_.peek() == '[') {
            cursor_.skip_value();
            return fail(
                fmt::format("invalid length 0, expected {} with {} elements", name, rules.size()));
        }
        if (cursor_.peek() != '{') {
            return unexpected(name);
        }
        std::vector<Member> members;
        for (bool more = cursor_.enter(); more; more = cursor_.next()) {
            const std::string_view key = cursor_.string(arena_);
            const auto rule = std::ranges::find(rules, key, &Rule::key);
            if (rule == rules.end()) {
                return fail(unknown_field(key, rules));
            }
            if (std::ranges::find(members, rule->name, &Member::key) != members.end()) {
                return fail(fmt::format("duplicate field `{}`", key));
            }
            cursor_.enter_value();
            const std::optional<Value> value = (this->*rule->read)();
            if (!value) {
                return std::nullopt;
            }
            members.push_back({rule->name, *value});
        }
        for (const Rule& rule : rules) {
            if (std::ranges::find(members, rule.name, &Member::key) == members.end()) {
                return fail(fmt::format("missing field `{}`", rule.key));
            }
        }
        return object_of(members, arena_);
    }

    static std::string unknown_field(std::string_view key, std::span<const Rule> rules) {
        std::string text = fmt::format("unknown field `{}`, expected one of ", key);
        for (const Rule& rule : rules) {
            text += fmt::format("{}`{}`", &rule == rules.data() ? "" : ", ", rule.key);
        }
        return text;
    }

    std::optional<Value> text() {
        return cursor_.peek() == '"' ? std::optional(Value::bytes(cursor_.string(arena_)))
                                     : unexpected("a string");
    }

    std::optional<Value> message_type() {
        const std::optional<Value> value = text();
        if (value && value->as_bytes() != "CONTROL_MESSAGE" &&
            value->as_bytes() != "DATA_MESSAGE") {
            return fail(
                fmt::format("unknown variant `{}`, expected `CONTROL_MESSAGE` or `DATA_MESSAGE`",
                            value->as_bytes()));
        }
        return value;
    }

    template <typename Read>
    std::optional<Value> sequence(Read read) {
        if (cursor_.peek() != '[') {
            return unexpected("a sequence");
        }
        std::vector<Value> items;
        for (bool more = cursor_.enter(); more; more = cursor_.next()) {
            const std::optional<Value> item = read();
            if (!item) {
                return std::nullopt;
            }
            items.push_back(*item);
        }
        return array_of(items, arena_);
    }

    std::optional<Value> texts() {
        return sequence([this] { return text(); });
    }
    std::optional<Value> events() {
        static constexpr std::array<Rule, 3> rules = {
            Rule{"id", "id", &MessageReader::text},
            Rule{"timestamp", "timestamp", &MessageReader::time},
            Rule{"message", "message", &MessageReader::text}};
        return sequence([this] { return structure(rules, "struct AwsCloudWatchLogEvent"); });
    }

    std::optional<Value> time() {
        const std::optional<std::int64_t> milliseconds = cursor_.integer();
        if (!milliseconds) {
            return unexpected("a unix timestamp in milliseconds");
        }
        const std::int64_t part = (*milliseconds % 1000 + 1000) % 1000;
        return Value::timestamp(
            {(*milliseconds - part) / 1000, static_cast<std::uint32_t>(part * 1'000'000)});
    }

    JsonCursor cursor_;
    Arena& arena_;
    std::string error_;
};

Value run(Call& call) {
    const std::string_view text = call.arena().copy(call.bytes(0));
    if (Result<Value> parsed = JsonParser::local().parse(text, call.arena()); !parsed) {
        return call.fail("unable to parse: {}", plain_json_error(parsed.error().message));
    }
    MessageReader reader(text, call.arena());
    const std::optional<Value> message = reader.read();
    return message ? *message : call.fail("unable to parse: {}", reader.error());
}

const Function parse_aws_cloudwatch_log_subscription_message_function{
    .name = "parse_aws_cloudwatch_log_subscription_message",
    .category = "Parse",
    .summary = "Parses the message that a subscription to Amazon CloudWatch logs sends.",
    .parameters = {required("value", kinds::bytes, "The message, a JSON text.")},
    .returns = kinds::object,
    .fallible = true,
    .examples =
        {{"A message", R"(parse_aws_cloudwatch_log_subscription_message!(.message))",
          R"({ "log_events": [{ "id": "1", "message": "m", "timestamp": t'1970-01-01T00:00:00.500Z' }], )"
          R"("log_group": "g", "log_stream": "s", "message_type": "DATA_MESSAGE", "owner": "1", )"
          R"("subscription_filters": ["f"] })",
          R"({"message": "{\"messageType\":\"DATA_MESSAGE\",\"owner\":\"1\",\"logGroup\":\"g\",)"
          R"(\"logStream\":\"s\",\"subscriptionFilters\":[\"f\"],\"logEvents\":[{\"id\":\"1\",)"
          R"(\"timestamp\":500,\"message\":\"m\"}]}"})"},
         {"Another field", R"(parse_aws_cloudwatch_log_subscription_message!("{\"z\":1}"))",
          R"(function call error for "parse_aws_cloudwatch_log_subscription_message" at (0:59): )"
          R"(unable to parse: unknown field `z`, expected one of `owner`, `messageType`, )"
          R"(`logGroup`, `logStream`, `subscriptionFilters`, `logEvents` at line 1 column 4)"},
         {"Not JSON", R"(parse_aws_cloudwatch_log_subscription_message("x") ?? "none")",
          R"("none")"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(parse_aws_cloudwatch_log_subscription_message_function);
}  // namespace engine::vrl
