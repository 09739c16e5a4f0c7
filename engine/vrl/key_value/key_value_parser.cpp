#include "engine/vrl/key_value/key_value_parser.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include <fmt/format.h>

namespace engine::vrl {

namespace {

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view spaces = " \t\n\v\f\r";
    const std::size_t begin = text.find_first_not_of(spaces);
    if (begin == std::string_view::npos) {
        return text.substr(text.size());
    }
    return text.substr(begin, text.find_last_not_of(spaces) - begin + 1);
}

class KeyValueParser {
public:
    KeyValueParser(std::string_view text, const KeyValueSyntax& syntax, Arena& arena)
        : rest_(text), syntax_(syntax), arena_(arena) {}

    [[nodiscard]] std::expected<Value, std::string> parse() {
        rest_ = trimmed(rest_);
        const std::string_view whole = rest_;
        if (!pair()) {
            return std::unexpected(first_error(whole));
        }
        while (!rest_.empty()) {
            const std::string_view before = rest_;
            if (!field_delimiter() || !pair() || rest_.size() == before.size()) {
                rest_ = before;
                break;
            }
        }
        if (!trimmed(rest_).empty()) {
            return std::unexpected("could not parse whole line successfully");
        }
        return object();
    }

private:
    /// As the reference's parser library words it.
    [[nodiscard]] std::string first_error(std::string_view whole) const {
        const bool delimiter_is_missing =
            syntax_.standalone_keys == KeyValueSyntax::StandaloneKeys::Refused &&
            whole.find(syntax_.key_value_delimiter) == std::string_view::npos;
        const std::string_view parser =
            delimiter_is_missing && !whole.empty() ? "TakeUntil" : "Verify";
        if (whole.empty()) {
            return fmt::format("0: in {}, got empty input\n\n", parser);
        }
        return fmt::format("0: at line 1, in {}:\n{}\n^\n\n", parser,
                           whole.substr(0, whole.find('\n')));
    }

    void skip_spaces() {
        while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\t')) {
            rest_.remove_prefix(1);
        }
    }

    bool field_delimiter() {
        const std::string_view delimiter = syntax_.field_delimiter;
        if (delimiter == " ") {
            const std::size_t size = std::min(rest_.find_first_not_of(' '), rest_.size());
            rest_.remove_prefix(size);
            return size > 0;
        }
        if (!rest_.starts_with(delimiter)) {
            skip_spaces();
        }
        if (!rest_.starts_with(delimiter)) {
            return false;
        }
        rest_.remove_prefix(delimiter.size());
        return true;
    }

    bool pair() {
        if (syntax_.field_delimiter != " ") {
            skip_spaces();
        }
        const std::optional<std::string_view> name = key();
        if (!name) {
            return false;
        }
        const bool has_delimiter = key_value_delimiter();
        if (!has_delimiter && syntax_.standalone_keys == KeyValueSyntax::StandaloneKeys::Refused) {
            return false;
        }
        // The value is read even where there is no delimiter, and then counts for nothing.
        const std::string_view text = value();
        members_.push_back({*name, has_delimiter ? Value::bytes(text) : Value::boolean(true)});
        return true;
    }

    std::optional<std::string_view> key() {
        if (const auto text = quoted(syntax_.key_value_delimiter)) {
            return text;
        }
        const std::size_t delimiter = rest_.find(syntax_.key_value_delimiter);
        if (delimiter != std::string_view::npos) {
            const std::string_view name = trimmed(rest_.substr(0, delimiter));
            const bool is_one_field =
                syntax_.standalone_keys == KeyValueSyntax::StandaloneKeys::Refused ||
                name.find(syntax_.field_delimiter) == std::string_view::npos;
            if (!name.empty() && is_one_field) {
                rest_.remove_prefix(delimiter);
                // Spaces before the delimiter belong to it, not to the key.
                return name;
            }
        }
        if (syntax_.standalone_keys == KeyValueSyntax::StandaloneKeys::Refused) {
            return std::nullopt;
        }
        const std::string_view field = rest_.substr(0, rest_.find(syntax_.field_delimiter));
        if (trimmed(field).empty()) {
            return std::nullopt;
        }
        rest_.remove_prefix(field.size());
        return trimmed(field);
    }

    bool key_value_delimiter() {
        const std::string_view before = rest_;
        const bool is_lenient = syntax_.whitespace == KeyValueSyntax::Whitespace::Lenient;
        if (is_lenient) {
            skip_spaces();
        }
        if (!rest_.starts_with(syntax_.key_value_delimiter)) {
            rest_ = before;
            return false;
        }
        rest_.remove_prefix(syntax_.key_value_delimiter.size());
        if (is_lenient) {
            skip_spaces();
        }
        return true;
    }

    std::string_view value() {
        if (const auto text = quoted(syntax_.field_delimiter)) {
            return *text;
        }
        const std::string_view field = rest_.substr(0, rest_.find(syntax_.field_delimiter));
        rest_.remove_prefix(field.size());
        return trimmed(field);
    }

    /// A text in quotes that the delimiter or the end follows, spaces apart.
    std::optional<std::string_view> quoted(std::string_view follower) {
        if (rest_.empty() || (rest_[0] != '"' && rest_[0] != '\'')) {
            return std::nullopt;
        }
        const char quote = rest_[0];
        bool has_escapes = false;
        std::size_t end = 1;
        for (; end < rest_.size() && rest_[end] != quote; ++end) {
            if (rest_[end] == '\\') {
                has_escapes = true;
                ++end;
            }
        }
        if (end >= rest_.size()) {
            return std::nullopt;
        }
        const std::string_view after = rest_.substr(end + 1);
        const std::string_view next =
            after.substr(std::min(after.find_first_not_of(" \t"), after.size()));
        if (!after.starts_with(follower) && !next.starts_with(follower) && !next.empty()) {
            return std::nullopt;
        }
        const std::string_view text = rest_.substr(1, end - 1);
        rest_ = after;
        return has_escapes ? unescaped(text) : text;
    }

    std::string_view unescaped(std::string_view text) {
        std::string plain;
        for (std::size_t i = 0; i < text.size(); ++i) {
            const bool escapes =
                text[i] == '\\' && i + 1 < text.size() &&
                std::string_view("\"'\\").find(text[i + 1]) != std::string_view::npos;
            i += escapes ? 1 : 0;
            plain += text[i];
        }
        return arena_.copy(plain);
    }

    [[nodiscard]] Value object() {
        std::ranges::stable_sort(members_, {}, &Member::key);
        std::size_t kept = 0;
        for (std::size_t i = 0; i < members_.size();) {
            std::size_t end = i + 1;
            while (end < members_.size() && members_[end].key == members_[i].key) {
                ++end;
            }
            members_[kept] = members_[i];
            if (end - i > 1) {
                ArrayNode* all = new_array(end - i, arena_);
                for (std::size_t j = i; j < end; ++j) {
                    push_item(*all, members_[j].value, arena_);
                }
                members_[kept].value = Value::array(all);
            }
            ++kept;
            i = end;
        }
        return object_of(std::span(members_).first(kept), arena_);
    }

    std::string_view rest_;
    const KeyValueSyntax& syntax_;
    Arena& arena_;
    std::vector<Member> members_;
};

}  // namespace

std::expected<Value, std::string> parse_key_values(std::string_view text,
                                                   const KeyValueSyntax& syntax, Arena& arena) {
    return KeyValueParser(text, syntax, arena).parse();
}

}  // namespace engine::vrl
