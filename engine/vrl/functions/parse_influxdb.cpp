#include <algorithm>
#include <charconv>

#include "engine/vrl/function.hpp"
#include "engine/vrl/text/whole_number.hpp"

namespace engine::vrl {
namespace {

constexpr char backslash = 0x5c;

/// One line of the line protocol while it is read.
struct Line {
    std::string_view measurement;
    std::vector<Member> tags;
    struct Field {
        std::string_view key;
        double value;
        bool is_text;
    };
    std::vector<Field> fields;
    std::optional<std::int64_t> time;
};

/// Reads one text of lines; the error is what `error()` says.
class LineReader {
public:
    LineReader(std::string_view text, Arena& arena) : rest_(text), arena_(arena) {}

    /// False at the end of the text, or when `error()` is set.
    bool next(Line& line) {
        skip_blank_lines();
        return !rest_.empty() && read_line(line);
    }
    [[nodiscard]] const std::string& error() const { return error_; }

private:
    bool fail(std::string text) {
        error_ = std::move(text);
        return false;
    }

    void skip_blank_lines() {
        for (;;) {
            rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size()));
            if (!rest_.starts_with('#')) {
                return;
            }
            rest_.remove_prefix(std::min(rest_.find('\n'), rest_.size()));
        }
    }

    /// Text up to one of `ends`, without the backslashes that escape a character of `escapable`.
    std::string_view take_escaped(std::string_view ends, std::string_view escapable) {
        std::string plain;
        bool has_escapes = false;
        std::size_t i = 0;
        for (; i < rest_.size() && ends.find(rest_[i]) == std::string_view::npos; ++i) {
            if (rest_[i] == backslash && i + 1 < rest_.size() &&
                escapable.find(rest_[i + 1]) != std::string_view::npos) {
                has_escapes = true;
                ++i;
            }
            plain += rest_[i];
        }
        const std::string_view taken = rest_.substr(0, i);
        rest_.remove_prefix(i);
        return has_escapes ? arena_.copy(plain) : taken;
    }

    bool read_line(Line& line) {
        line.measurement = take_escaped(", \t\r\n", ", \\");
        while (rest_.starts_with(',')) {
            rest_.remove_prefix(1);
            const std::string_view key = take_escaped(",= \t\r\n", ",= \\");
            if (!rest_.starts_with('=') || key.empty()) {
                return fail("Tag Set Malformed");
            }
            rest_.remove_prefix(1);
            const std::string_view value = take_escaped(",= \t\r\n", ",= \\");
            if (value.empty() || rest_.starts_with('=')) {
                return fail("Tag Set Malformed");
            }
            line.tags.push_back({key, Value::bytes(value)});
        }
        if (!skip_spaces()) {
            return fail("A generic parsing error occurred: TakeWhile1");
        }
        if (!read_fields(line)) {
            return false;
        }
        read_time(line);
        if (ends_line()) {
            rest_.remove_prefix(std::min(rest_.find_first_not_of(" \r"), rest_.size()));
        }
        return rest_.empty() || rest_.front() == '\n' ||
               fail(fmt::format("Could not parse entire line. Found trailing content: '{}'",
                                rest_.substr(0, rest_.find('\n'))));
    }

    [[nodiscard]] bool ends_line() const {
        const std::size_t end = rest_.find_first_not_of(" \r");
        return end == std::string_view::npos || rest_[end] == '\n';
    }

    bool skip_spaces() {
        const std::size_t count = std::min(rest_.find_first_not_of(' '), rest_.size());
        rest_.remove_prefix(count);
        return count > 0;
    }

    bool read_fields(Line& line) {
        while (error_.empty()) {
            const std::string_view before = rest_;
            if (!line.fields.empty()) {
                if (!rest_.starts_with(',')) {
                    break;
                }
                rest_.remove_prefix(1);
            }
            if (!read_field(line)) {
                rest_ = before;
                break;
            }
        }
        return error_.empty() && (!line.fields.empty() || fail("No fields were provided"));
    }

    bool read_field(Line& line) {
        const std::string_view key = take_escaped(",= \t\r\n", ",= \\");
        if (key.empty() || !rest_.starts_with('=')) {
            return false;
        }
        rest_.remove_prefix(1);
        Line::Field field{key, 0, false};
        if (rest_.starts_with('"')) {
            field.is_text = true;
            if (!skip_text()) {
                return false;
            }
        } else if (!read_boolean(field.value) && !read_number(field.value)) {
            return false;
        }
        line.fields.push_back(field);
        return true;
    }

    bool skip_text() {
        for (std::size_t i = 1; i < rest_.size(); ++i) {
            if (rest_[i] == '"') {
                rest_.remove_prefix(i + 1);
                return true;
            }
            i += rest_[i] == backslash ? 1U : 0U;
        }
        return false;
    }

    bool read_boolean(double& value) {
        static constexpr std::array<std::string_view, 10> words = {
            "true", "True", "TRUE", "t", "T", "false", "False", "FALSE", "f", "F"};
        for (std::size_t i = 0; i < words.size(); ++i) {
            if (rest_.starts_with(words[i])) {
                rest_.remove_prefix(words[i].size());
                value = i < 5 ? 1 : 0;
                return true;
            }
        }
        return false;
    }

    /// Length of digits with a sign, a fraction and an exponent where they are.
    [[nodiscard]] std::size_t number_length() const {
        std::size_t i = rest_.starts_with('-') || rest_.starts_with('+') ? 1 : 0;
        const auto digits = [&](std::size_t from) {
            return std::min(rest_.find_first_not_of("0123456789", from), rest_.size());
        };
        const std::size_t integer = digits(i);
        if (integer == i) {
            return 0;
        }
        i = integer;
        if (i < rest_.size() && rest_[i] == '.') {
            i = digits(i + 1);
        }
        if (i < rest_.size() && (rest_[i] == 'e' || rest_[i] == 'E')) {
            std::size_t exponent = i + 1;
            exponent +=
                exponent < rest_.size() && (rest_[exponent] == '-' || rest_[exponent] == '+');
            const std::size_t end = digits(exponent);
            i = end > exponent ? end : i;
        }
        return i;
    }

    template <typename Number>
    bool store(std::optional<Number> number, std::string_view kind, std::string_view digits,
               double& value) {
        if (!number) {
            return fail(fmt::format("Unable to parse {} value '{}'", kind, digits));
        }
        value = static_cast<double>(*number);
        return true;
    }

    bool read_number(double& value) {
        const std::size_t length = number_length();
        if (length == 0) {
            return false;
        }
        const std::string_view digits = rest_.substr(0, length);
        const char suffix = length < rest_.size() ? rest_[length] : '\0';
        rest_.remove_prefix(length + (suffix == 'i' || suffix == 'u' ? 1 : 0));
        if (suffix == 'i') {
            return store(whole_number<std::int64_t>(digits), "integer", digits, value);
        }
        if (suffix == 'u') {
            return store(whole_number<std::uint64_t>(digits), "unsigned integer", digits, value);
        }
        return store(whole_number<double>(digits), "floating-point", digits, value);
    }

    void read_time(Line& line) {
        const std::string_view before = rest_;
        if (!skip_spaces()) {
            return;
        }
        std::int64_t time = 0;
        const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), time);
        if (error != std::errc()) {
            rest_ = before;
            return;
        }
        rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
        line.time = time;
    }

    std::string_view rest_;
    Arena& arena_;
    std::string error_;
};

Timestamp from_nanoseconds(std::int64_t time) {
    std::int64_t seconds = time / 1'000'000'000;
    std::int64_t rest = time % 1'000'000'000;
    if (rest < 0) {
        rest += 1'000'000'000;
        --seconds;
    }
    return {seconds, static_cast<std::uint32_t>(rest)};
}

/// One gauge for each field.
Value append_metrics(Line& line, std::vector<Value>& metrics, Call& call) {
    const std::optional<Value> tags =
        line.tags.empty() ? std::nullopt : std::optional(object_of(line.tags, call.arena()));
    for (const Line::Field& field : line.fields) {
        if (field.is_text) {
            return call.fail(
                "Error while converting InfluxDB line protocol metric to Vector's metric model: "
                "field set values of type string are not supported");
        }
        Member value[] = {{"value", Value::floating(field.value)}};
        std::vector<Member> members = {
            {"gauge", object_of(value, call.arena())},
            {"kind", Value::bytes("absolute")},
            {"name", Value::bytes(call.context().text("{}_{}", line.measurement, field.key))}};
        if (tags) {
            members.push_back({"tags", call.share(*tags)});
        }
        if (line.time) {
            members.push_back({"timestamp", Value::timestamp(from_nanoseconds(*line.time))});
        }
        metrics.push_back(object_of(members, call.arena()));
    }
    return Value::null();
}

Value run(Call& call) {
    std::string buffer;
    const std::string_view text = call.arena().copy(utf8_lossy(call.bytes(0), buffer));
    LineReader reader(text, call.arena());
    std::vector<Value> metrics;
    Line line;
    while (reader.next(line)) {
        const Value failure = append_metrics(line, metrics, call);
        if (failure.is_failure()) {
            return failure;
        }
        line = Line();
    }
    if (!reader.error().empty()) {
        return call.fail("InfluxDB line protocol parsing error: {}", reader.error());
    }
    return array_of(metrics, call.arena());
}

const Function parse_influxdb_function{
    .name = "parse_influxdb",
    .category = "Parse",
    .summary = "Parses lines of InfluxDB's line protocol: a gauge for each field.",
    .parameters = {required("value", kinds::bytes, "The lines.")},
    .returns = kinds::array,
    .fallible = true,
    .examples = {{"A field", R"(parse_influxdb!("cpu,host=a load=1.5 1000000000"))",
                  R"([{ "gauge": { "value": 1.5 }, "kind": "absolute", "name": "cpu_load", )"
                  R"("tags": { "host": "a" }, "timestamp": t'1970-01-01T00:00:01Z' }])"},
                 {"Without a time", R"(parse_influxdb!("a on=true"))",
                  R"([{ "gauge": { "value": 1 }, "kind": "absolute", "name": "a_on" }])"},
                 {"Nothing", R"(parse_influxdb!("# a comment"))", R"([])"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(parse_influxdb_function);
}  // namespace engine::vrl
