#include "engine/vrl/ruby/ruby_hash.hpp"

#include <absl/strings/ascii.h>

#include <algorithm>
#include <charconv>

#include "engine/vrl/text/parse_trace.hpp"
#include "engine/vrl/text/whole_number.hpp"

namespace engine::vrl {
namespace {

constexpr int most_levels = 128;

/// Refused: another form may be tried at the same place. Failed: the text is wrong for good.
enum class Outcome { Read, Refused, Failed };

bool is_word_character(char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_';
}

/// Recursive descent over one text. On Refused the place is where it was before.
class HashParser {
public:
    HashParser(std::string_view text, Arena& arena) : text_(text), arena_(arena), trace_(text) {}

    std::expected<Value, std::string> parse() {
        Value value;
        if (parse_map(value) != Outcome::Read) {
            return std::unexpected(trace_.describe());
        }
        skip_space();
        if (at_ < text_.size()) {
            return std::unexpected("could not parse whole line successfully");
        }
        return value;
    }

private:
    [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
    void skip_space() { at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size()); }
    bool take(std::string_view token) {
        if (!text_.substr(at_).starts_with(token)) {
            return false;
        }
        at_ += token.size();
        return true;
    }

    /// Notes the context, restores the place, and passes the outcome on.
    Outcome leave(Outcome outcome, std::string_view context, std::size_t begin) {
        trace_.in(context, begin);
        at_ = outcome == Outcome::Refused ? begin : at_;
        --level_;
        return outcome;
    }

    Outcome expect(char wanted) {
        skip_space();
        if (peek() == wanted && at_ < text_.size()) {
            ++at_;
            return Outcome::Read;
        }
        trace_.clear();
        trace_.expected(wanted, at_);
        return Outcome::Refused;
    }

    Outcome parse_map(Value& value) {
        const std::size_t begin = at_;
        ++level_;
        if (level_ > most_levels || peek() != '{') {
            trace_.clear();
            trace_.expected('{', at_);
            return leave(level_ > most_levels ? Outcome::Failed : Outcome::Refused, "map", begin);
        }
        ++at_;
        std::vector<Member> members;
        Outcome outcome = list([&] { return parse_member(members); });
        if (outcome == Outcome::Read) {
            outcome = expect('}');
        }
        if (outcome != Outcome::Read) {
            return leave(outcome, "map", begin);
        }
        value = object_of(members, arena_);
        --level_;
        return Outcome::Read;
    }

    Outcome parse_array(Value& value) {
        const std::size_t begin = at_;
        ++level_;
        if (level_ > most_levels || peek() != '[') {
            trace_.clear();
            trace_.expected('[', at_);
            return leave(level_ > most_levels ? Outcome::Failed : Outcome::Refused, "array", begin);
        }
        ++at_;
        std::vector<Value> items;
        Outcome outcome = list([&] {
            Value item;
            const Outcome read = parse_value(item);
            if (read == Outcome::Read) {
                items.push_back(item);
            }
            return read;
        });
        if (outcome == Outcome::Read) {
            outcome = expect(']');
        }
        if (outcome != Outcome::Read) {
            return leave(outcome, "array", begin);
        }
        value = array_of(items, arena_);
        --level_;
        return Outcome::Read;
    }

    /// Elements with commas between; ends before the first that can't be read.
    template <typename Read>
    Outcome list(Read read) {
        skip_space();
        for (bool is_first = true;; is_first = false) {
            const std::size_t before = at_;
            if (!is_first) {
                skip_space();
                if (!take(",")) {
                    at_ = before;
                    return Outcome::Read;
                }
                skip_space();
            }
            const Outcome outcome = read();
            if (outcome == Outcome::Failed) {
                return outcome;
            }
            if (outcome == Outcome::Refused) {
                at_ = before;
                return Outcome::Read;
            }
        }
    }

    Outcome parse_member(std::vector<Member>& members) {
        std::string_view key;
        if (!parse_key(key)) {
            return Outcome::Refused;
        }
        skip_space();
        if (!take("=>") && !take(":")) {
            trace_.clear();
            trace_.in("Tag", at_);
            trace_.in("Alt", at_);
            return Outcome::Failed;
        }
        skip_space();
        Value value;
        const Outcome outcome = parse_value(value);
        if (outcome == Outcome::Read) {
            members.push_back({key, value});
        }
        return outcome;
    }

    bool parse_key(std::string_view& key) {
        if (parse_string(key)) {
            return true;
        }
        const bool is_symbol = peek() == ':';
        const std::size_t before = at_;
        if (is_symbol) {
            ++at_;
            if (parse_string(key)) {
                return true;
            }
        }
        key = take_word();
        at_ = key.empty() ? before : at_;
        return !key.empty();
    }

    std::string_view take_word() {
        const std::size_t begin = at_;
        while (at_ < text_.size() && is_word_character(text_[at_])) {
            ++at_;
        }
        return text_.substr(begin, at_ - begin);
    }

    /// The contents as written, between equal quotes.
    bool parse_string(std::string_view& contents) {
        const char quote = peek();
        if (quote != '"' && quote != '\'') {
            return false;
        }
        for (std::size_t i = at_ + 1; i < text_.size(); ++i) {
            if (text_[i] == quote) {
                contents = text_.substr(at_ + 1, i - at_ - 1);
                at_ = i + 1;
                return true;
            }
            i += text_[i] == static_cast<char>(0x5c) ? 1U : 0U;
        }
        return false;
    }

    Outcome parse_value(Value& value) {
        if (peek() == '{') {
            return parse_map(value);
        }
        if (peek() == '[') {
            return parse_array(value);
        }
        std::string_view text;
        if (peek() == ':') {
            if (!parse_key(text)) {
                return Outcome::Refused;
            }
            value = Value::bytes(text);
            return Outcome::Read;
        }
        if (parse_string(text)) {
            value = Value::bytes(text);
            return Outcome::Read;
        }
        return parse_number(value) || parse_constant(value) ? Outcome::Read : Outcome::Refused;
    }

    bool parse_constant(Value& value) {
        if (take("nil")) {
            value = Value::null();
        } else if (take("true")) {
            value = Value::boolean(true);
        } else if (take("false")) {
            value = Value::boolean(false);
        } else {
            return false;
        }
        return true;
    }

    bool parse_number(Value& value) {
        const std::string_view rest = text_.substr(at_);
        const std::string_view text = rest.substr(0, rest.find_first_not_of("+-.0123456789eE"));
        if (text.find_first_of("0123456789") == std::string_view::npos) {
            return false;
        }
        double number = 0;
        const std::size_t sign = text.starts_with('+') ? 1 : 0;
        const auto [end, error] =
            std::from_chars(text.data() + sign, text.data() + text.size(), number);
        if (error == std::errc::invalid_argument) {
            return false;
        }
        const auto length = static_cast<std::size_t>(end - text.data());
        const std::string_view read = text.substr(0, length);
        const auto integer = whole_number<std::int64_t>(read);
        value = integer ? Value::integer(*integer) : Value::floating(number);
        at_ += length;
        return true;
    }

    std::string_view text_;
    Arena& arena_;
    ParseTrace trace_;
    std::size_t at_ = 0;
    int level_ = 0;
};

}  // namespace

std::expected<Value, std::string> parse_ruby_hash(std::string_view text, Arena& arena) {
    return HashParser(text, arena).parse();
}

}  // namespace engine::vrl
