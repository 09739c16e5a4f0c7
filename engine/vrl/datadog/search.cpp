#include "engine/vrl/datadog/search.hpp"

#include <fmt/format.h>

#include <charconv>
#include <optional>

#include "engine/vrl/datadog/search_node.hpp"

namespace engine::vrl::datadog {

namespace {

constexpr int max_depth = 100;
constexpr std::string_view structural = " \t\r\n:()[]{}\"";

bool is_space(char character) {
    return character == ' ' || character == '\t' || character == '\n' || character == '\r';
}

/// A word of a query, unescaped.
struct Term {
    std::string text;
    /// The same as a regular expression, where it has wildcards.
    std::string pattern;
    bool has_wildcard = false;
    bool is_quoted = false;
};

void append_literal(char character, std::string& pattern) {
    constexpr std::string_view special = "\\.+*?()|[]{}^$#&-~";
    if (special.find(character) != std::string_view::npos) {
        pattern += '\\';
    }
    pattern += character;
}

/// Recursive descent: `OR` of `AND`s of clauses; clauses that just follow each other count as
/// joined by `AND`, bare words that do as one phrase.
class SearchParser {
public:
    explicit SearchParser(std::string_view query) : query_(query) {}

    std::expected<SearchNode, std::string> parse() {
        skip_space();
        if (at_end()) {
            return SearchNode{};
        }
        std::optional<SearchNode> root = alternatives(SearchField::named("_default_"), 0);
        if (root && !at_end()) {
            root = fail("EOI, multitermlookahead, modifiers, conjunction, or clause");
        }
        if (!root) {
            return std::unexpected(std::move(error_));
        }
        return std::move(*root);
    }

private:
    using Result = std::optional<SearchNode>;

    static SearchNode joined(SearchNode::Kind kind, std::vector<SearchNode> children) {
        if (children.size() == 1) {
            return std::move(children.front());
        }
        SearchNode node;
        node.kind = kind;
        node.children = std::move(children);
        return node;
    }

    Result alternatives(const SearchField& field, int depth) {
        if (depth > max_depth) {
            return fail("query");
        }
        std::vector<SearchNode> alternatives;
        std::vector<SearchNode> group;
        for (;;) {
            Result next = clause(field, depth);
            if (!next) {
                return std::nullopt;
            }
            group.push_back(std::move(*next));
            skip_space();
            if (at_end() || peek() == ')') {
                break;
            }
            if (take_operator("OR") || take_operator("||")) {
                alternatives.push_back(joined(SearchNode::Kind::And, std::move(group)));
                group.clear();
            } else if (!take_operator("AND")) {
                static_cast<void>(take_operator("&&"));
            }
        }
        alternatives.push_back(joined(SearchNode::Kind::And, std::move(group)));
        return joined(SearchNode::Kind::Or, std::move(alternatives));
    }

    Result clause(const SearchField& field, int depth) {
        skip_space();
        if (depth > max_depth) {
            return fail("query");
        }
        if (take_operator("NOT") || take('-')) {
            Result inner = clause(field, depth + 1);
            if (!inner) {
                return std::nullopt;
            }
            SearchNode node;
            node.kind = SearchNode::Kind::Not;
            node.children.push_back(std::move(*inner));
            return node;
        }
        static_cast<void>(take('+'));
        if (peek() == '(') {
            return group(field, depth);
        }
        if (const std::string name = take_field_name(); !name.empty()) {
            return attribute(name, depth);
        }
        if (field.kind != SearchField::Kind::Message) {
            return value(field, depth);
        }
        std::optional<Term> word = term();
        if (!word) {
            return fail("query");
        }
        if (word->has_wildcard && word->text == "*") {
            return SearchNode{};
        }
        if (!word->has_wildcard && !word->is_quoted) {
            extend_phrase(*word);
        }
        return matching(field, *word);
    }

    Result group(const SearchField& field, int depth) {
        static_cast<void>(take('('));
        Result inner = alternatives(field, depth + 1);
        if (inner && !take(')')) {
            return fail(
                "RSQRBRACKET, RBRACKET, multitermlookahead, modifiers, conjunction, or clause");
        }
        return inner;
    }

    /// `name:` up to the colon, which must not be the last character of a term.
    std::string take_field_name() {
        const std::size_t begin = position_;
        const std::optional<Term> name = term();
        if (name && !name->is_quoted && take(':')) {
            return name->text;
        }
        position_ = begin;
        return {};
    }

    Result attribute(const std::string& name, int depth) {
        if (name == "_exists_" || name == "_missing_") {
            const std::optional<Term> target = term();
            if (!target) {
                return fail("value");
            }
            SearchNode exists;
            exists.kind = SearchNode::Kind::Exists;
            exists.field = SearchField::named(target->text);
            if (name == "_exists_") {
                return exists;
            }
            SearchNode missing;
            missing.kind = SearchNode::Kind::Not;
            missing.children.push_back(std::move(exists));
            return missing;
        }
        if (name == "*" && take('*')) {
            return SearchNode{};
        }
        return value(SearchField::named(name), depth);
    }

    Result value(const SearchField& field, int depth) {
        if (peek() == '(') {
            return group(field, depth);
        }
        if (peek() == '>' || peek() == '<') {
            return comparison(field);
        }
        if (peek() == '[' || peek() == '{') {
            return range(field);
        }
        const std::optional<Term> word = term();
        return word ? matching(field, *word) : fail("value");
    }

    Result matching(const SearchField& field, const Term& word) {
        SearchNode node;
        node.field = field;
        if (word.has_wildcard && word.text == "*") {
            node.kind = SearchNode::Kind::Exists;
            return node;
        }
        const bool is_message = field.kind == SearchField::Kind::Message;
        if (!word.has_wildcard && !is_message) {
            node.kind = SearchNode::Kind::Equals;
            node.text = word.text;
            return node;
        }
        node.kind = SearchNode::Kind::Pattern;
        auto pattern = regex::Regex::compile(is_message ? fmt::format("\\b{}\\b", word.pattern)
                                                        : fmt::format("^{}$", word.pattern));
        if (!pattern) {
            return fail("value");
        }
        node.pattern = std::move(*pattern);
        return node;
    }

    static SearchBound bound(const Term& word, bool inclusive) {
        SearchBound bound{.value = {}, .inclusive = inclusive, .text = word.text};
        if (word.has_wildcard && word.text == "*") {
            return bound;
        }
        double number = 0;
        const char* end = word.text.data() + word.text.size();
        const auto [stop, error] = std::from_chars(word.text.data(), end, number);
        if (error == std::errc() && stop == end && !word.is_quoted) {
            bound.value = number;
        } else {
            bound.value = word.text;
        }
        return bound;
    }

    Result comparison(const SearchField& field) {
        const bool is_lower = peek() == '>';
        ++position_;
        const bool inclusive = take('=');
        const std::optional<Term> word = term();
        if (!word) {
            return fail("value");
        }
        SearchNode node;
        node.kind = SearchNode::Kind::Range;
        node.field = field;
        (is_lower ? node.lower : node.upper) = bound(*word, inclusive);
        return node;
    }

    Result range(const SearchField& field) {
        SearchNode node;
        node.kind = SearchNode::Kind::Range;
        node.field = field;
        const bool has_lower = peek() == '[';
        ++position_;
        skip_space();
        const std::optional<Term> lower = term();
        if (!lower) {
            return fail("RANGE_VALUE");
        }
        skip_space();
        if (!take_operator("TO")) {
            return fail("TO");
        }
        skip_space();
        const std::optional<Term> upper = term();
        if (!upper) {
            return fail("RANGE_VALUE");
        }
        skip_space();
        const bool has_upper = take(']');
        if (!has_upper && !take('}')) {
            return fail("RSQRBRACKET or RBRACKET");
        }
        node.lower = bound(*lower, has_lower);
        node.upper = bound(*upper, has_upper);
        return node;
    }

    /// Further bare words belong to the phrase.
    void extend_phrase(Term& phrase) {
        for (;;) {
            const std::size_t before = position_;
            skip_space();
            const bool is_operator = at_end() || peek() == '-' || peek() == '+' ||
                                     looking_at_operator("AND") || looking_at_operator("OR") ||
                                     looking_at_operator("NOT") || looking_at_operator("&&") ||
                                     looking_at_operator("||");
            const std::optional<Term> next = is_operator ? std::nullopt : term();
            if (!next || next->has_wildcard || next->is_quoted || peek() == ':') {
                position_ = before;
                return;
            }
            phrase.text += ' ' + next->text;
            phrase.pattern += ' ' + next->pattern;
        }
    }

    std::optional<Term> term() {
        if (peek() == '"') {
            return quoted();
        }
        Term term;
        const std::size_t begin = position_;
        constexpr std::string_view not_first = "!=<>^~+-";
        while (!at_end() && structural.find(peek()) == std::string_view::npos &&
               (position_ != begin || not_first.find(peek()) == std::string_view::npos ||
                starts_number())) {
            if (peek() == '*') {
                term.has_wildcard = true;
                term.text += '*';
                term.pattern += ".*";
                ++position_;
                continue;
            }
            if (peek() == '\\' && position_ + 1 < query_.size()) {
                ++position_;
            }
            term.text += peek();
            append_literal(peek(), term.pattern);
            ++position_;
        }
        return position_ == begin ? std::nullopt : std::optional(std::move(term));
    }

    /// `-5` as a value.
    [[nodiscard]] bool starts_number() const {
        return peek() == '-' && position_ + 1 < query_.size() && query_[position_ + 1] >= '0' &&
               query_[position_ + 1] <= '9';
    }

    std::optional<Term> quoted() {
        Term term;
        term.is_quoted = true;
        const std::size_t begin = position_++;
        while (!at_end() && peek() != '"') {
            if (peek() == '\\' && position_ + 1 < query_.size()) {
                ++position_;
            }
            term.text += peek();
            append_literal(peek(), term.pattern);
            ++position_;
        }
        if (!take('"')) {
            position_ = begin;
            return std::nullopt;
        }
        return term;
    }

    [[nodiscard]] bool looking_at_operator(std::string_view word) const {
        const std::string_view rest = query_.substr(position_);
        return rest.starts_with(word) && rest.size() > word.size() &&
               (is_space(rest[word.size()]) || rest[word.size()] == '(' || word == "&&" ||
                word == "||");
    }
    bool take_operator(std::string_view word) {
        if (!looking_at_operator(word)) {
            return false;
        }
        position_ += word.size();
        return true;
    }
    bool take(char character) {
        if (peek() != character || at_end()) {
            return false;
        }
        ++position_;
        return true;
    }
    [[nodiscard]] bool at_end() const { return position_ >= query_.size(); }
    [[nodiscard]] char peek() const { return at_end() ? '\0' : query_[position_]; }
    void skip_space() {
        while (!at_end() && is_space(peek())) {
            ++position_;
        }
    }

    /// What was expected here, below a picture of the query.
    Result fail(std::string_view expected) {
        if (!error_.empty()) {
            return std::nullopt;
        }
        std::size_t column = 1;
        for (const char character : query_.substr(0, position_)) {
            column += (static_cast<unsigned char>(character) & 0xc0) == 0x80 ? 0 : 1;
        }
        error_ = fmt::format(" --> 1:{}\n  |\n1 | {}\n  | {:>{}}---\n  |\n  = expected {}", column,
                             query_, '^', column, expected);
        return std::nullopt;
    }

    std::string_view query_;
    std::size_t position_ = 0;
    std::string error_;
};

}  // namespace

Search::Search(std::unique_ptr<const SearchNode> root) : root_(std::move(root)) {}
Search::~Search() = default;

std::expected<std::shared_ptr<const Search>, std::string> Search::compile(std::string_view query) {
    auto root = SearchParser(query).parse();
    if (!root) {
        return std::unexpected(std::move(root.error()));
    }
    return std::shared_ptr<const Search>(
        new Search(std::make_unique<const SearchNode>(std::move(*root))));
}

bool Search::matches(const Value& event) const {
    return root_->matches(event);
}

}  // namespace engine::vrl::datadog
