#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

#include <antlr4-runtime.h>
#include "engine/diagnostic/character.hpp"
#include "engine/vrl/parser/literal.hpp"
#include "engine/vrl/parser/parse.hpp"
#include "engine/vrl/parser/token.hpp"

#include "grammar/VrlParser.h"

// The lexer rules see characters only. Whether `.` begins a path, continues one or stands for the
// whole event, whether `[` is an index or an array, and whether a name is called, depends on what
// touches it. All of that is settled here in one pass, so that the grammar needs no predicates.

namespace engine::vrl {
namespace {

using L = grammar::VrlParser;

constexpr std::array reserved_names = std::to_array<std::string_view>(
    {"all",      "any",       "array",  "bool",   "boolean", "break",  "continue",  "do",
     "duration", "each",      "emit",   "float",  "for",     "forall", "foreach",   "int",
     "integer",  "iter",      "loop",   "object", "regex",   "string", "timestamp", "traverse",
     "try",      "undefined", "unless", "walk",   "while"});

bool is_name(std::size_t type) {
    return type == L::IDENTIFIER || (type >= L::IF && type <= L::RETURN);
}

// What makes an adjacent `.` the dot before a segment: a segment, or what somebody could take for
// one; the parser then complains there instead of at the dot.
bool looks_like_segment(std::size_t type) {
    constexpr std::array types =
        std::to_array<std::size_t>({L::PATH_FIELD, L::STRING, L::INTEGER, L::FLOAT, L::DOT,
                                    L::LEFT_BRACKET, L::LEFT_PARENTHESIS, L::NOT});
    return is_name(type) || std::ranges::find(types, type) != types.end();
}

/// Walks the tokens once. Lives on the stack of `resolve`.
class TokenPass {
public:
    TokenPass(std::vector<Token> tokens, std::string_view text)
        : tokens_(std::move(tokens)), text_(text) {
        result_.reserve(tokens_.size());
    }

    std::expected<std::vector<Token>, Diagnostic> run() {
        for (at_ = 0; at_ < tokens_.size(); ++at_) {
            if (auto problem = check_literal(tokens_[at_]))
                return std::unexpected(*problem);
            resolve_token(tokens_[at_]);
            if (depth() > max_nesting)
                return std::unexpected(too_deep(tokens_[at_].span));
            if (segments_ > max_path_segments)
                return std::unexpected(too_long_path(tokens_[at_].span));
        }
        return std::move(result_);
    }

private:
    enum class Bracket { Call, Group, Index, Other };
    /// An open bracket, and how many `=`, `abort` and `return` within it still take an expression.
    struct Level {
        Bracket kind = Bracket::Other;
        std::size_t pending = 0;
    };

    static Diagnostic too_deep(Span span) {
        return Diagnostic::error(203, "syntax error")
            .primary(span, "this expression is nested too deeply")
            .context(span, fmt::format("at most {} levels are allowed", max_nesting));
    }

    static Diagnostic too_long_path(Span span) {
        return Diagnostic::error(203, "syntax error")
            .primary(span, "this path has too many segments")
            .context(span, fmt::format("at most {} segments are allowed", max_path_segments));
    }

    std::optional<Diagnostic> check_literal(const Token& token) const {
        const std::string_view text = text_of(token);
        const Span first{token.span.begin, token.span.begin + 1};
        switch (token.type) {
            case L::INTEGER:
                return check_integer(text, token.span);
            case L::STRING:
                return check_string(text, token.span);
            case L::UNCLOSED_STRING:
                return Diagnostic::error(207, "invalid string literal")
                    .primary(first, "invalid string literal");
            case L::UNCLOSED_LITERAL:
                return Diagnostic::error(208, "invalid literal").primary(first, "invalid literal");
            default:
                return std::nullopt;
        }
    }

    void resolve_token(Token token) {
        const bool touches = !result_.empty() && result_.back().span.end == token.span.begin;
        const std::size_t previous = result_.empty() ? 0 : result_.back().type;
        const bool after_dot = touches && (previous == L::ROOT_START || previous == L::SEGMENT_DOT);
        const bool continues_path = touches && path_goes_on_;
        path_goes_on_ = false;
        // The brackets of an index and what is in them do not end a path.
        if (!continues_path && !after_dot && levels_.back().kind != Bracket::Index)
            segments_ = 0;
        switch (token.type) {
            case L::DOT:
            case L::PERCENT:
                return resolve_dot(token, continues_path);
            case L::LEFT_BRACKET:
                if (continues_path || (touches && previous == L::ROOT_START))
                    token.type = L::INDEX_OPEN;
                segments_ += token.type == L::INDEX_OPEN ? 1 : 0;
                return open(token, token.type == L::INDEX_OPEN ? Bracket::Index : Bracket::Other);
            case L::LEFT_PARENTHESIS:
                return open(token, kind_of_parenthesis(previous));
            case L::LEFT_BRACE:
                return open(token, Bracket::Other);
            case L::RIGHT_PARENTHESIS:
            case L::RIGHT_BRACKET:
            case L::RIGHT_BRACE:
                return close(token);
            case L::NEWLINE:
                return resolve_newline(token);
            case L::STRING:
            case L::PATH_FIELD:
                path_goes_on_ = after_dot;
                break;
            case L::INVALID:
                widen(token);
                break;
            default:
                if (is_name(token.type))
                    resolve_name(token, after_dot);
        }
        append(token);
    }

    void resolve_dot(Token token, bool continues_path) {
        const Token* next = following();
        const bool has_segment =
            next != nullptr && next->span.begin == token.span.end && looks_like_segment(next->type);
        if (continues_path && token.type == L::DOT)
            token.type = has_segment ? L::SEGMENT_DOT : L::PATH_END;
        else
            token.type = has_segment ? L::ROOT_START : L::ROOT;
        segments_ += has_segment ? 1 : 0;
        append(token);
    }

    void resolve_name(Token& token, bool is_field) {
        if (is_field) {
            token.type = L::IDENTIFIER;  // keywords are ordinary names there
            path_goes_on_ = true;
            return;
        }
        if (is_called(token)) {
            token.type = L::FUNCTION_NAME;
            return;
        }
        if (token.type != L::IDENTIFIER)
            return;
        const std::string_view text = text_of(token);
        if (text == "_")
            token.type = L::UNDERSCORE;
        else if (std::ranges::binary_search(reserved_names, text))
            token.type = L::RESERVED;
        else
            path_goes_on_ = true;
    }

    // A run of newlines is one; before an `else` that follows a block it is none.
    void resolve_newline(Token token) {
        if (!result_.empty() && result_.back().type == L::NEWLINE)
            return;
        std::size_t next = at_ + 1;
        while (next < tokens_.size() && tokens_[next].type == L::NEWLINE)
            ++next;
        const bool before_else = next < tokens_.size() && tokens_[next].type == L::ELSE;
        if (before_else && !result_.empty() && result_.back().type == L::RIGHT_BRACE)
            return;
        append(token);
    }

    void open(Token token, Bracket kind) {
        levels_.push_back({kind, 0});
        append(token);
    }

    void close(Token token) {
        // A path may follow an index, a call, an array and an object, but no parentheses.
        path_goes_on_ = levels_.back().kind != Bracket::Group;
        if (levels_.size() > 1) {
            pending_ -= levels_.back().pending;
            levels_.pop_back();
        }
        append(token);
    }

    Bracket kind_of_parenthesis(std::size_t previous) const {
        if (previous == L::FUNCTION_NAME)
            return Bracket::Call;
        const bool is_bang_call = previous == L::NOT && result_.size() > 1 &&
                                  result_[result_.size() - 2].type == L::FUNCTION_NAME;
        return is_bang_call ? Bracket::Call : Bracket::Group;
    }

    // The parser recurses on brackets and on what takes an expression to its right, which counts
    // until the statement or the bracket ends.
    void append(Token token) {
        const std::size_t previous = result_.empty() ? 0 : result_.back().type;
        const bool after_assign = previous == L::ASSIGN || previous == L::MERGE_ASSIGN;
        std::size_t& pending = levels_.back().pending;
        switch (token.type) {
            case L::ASSIGN:
            case L::MERGE_ASSIGN:
            case L::ABORT:
            case L::RETURN:
                ++pending;
                ++pending_;
                break;
            case L::NEWLINE:
                if (after_assign)
                    break;
                [[fallthrough]];
            case L::SEMICOLON:
                pending_ -= pending;
                pending = 0;
                break;
            default:
                break;
        }
        result_.push_back(token);
    }

    [[nodiscard]] std::size_t depth() const { return levels_.size() - 1 + pending_; }

    [[nodiscard]] const Token* following(std::size_t distance = 1) const {
        return at_ + distance < tokens_.size() ? &tokens_[at_ + distance] : nullptr;
    }

    [[nodiscard]] bool is_called(const Token& name) const {
        const Token* next = following();
        if (next == nullptr || next->span.begin != name.span.end)
            return false;
        if (next->type == L::LEFT_PARENTHESIS)
            return true;
        const Token* after = following(2);
        return next->type == L::NOT && after != nullptr && after->type == L::LEFT_PARENTHESIS &&
               after->span.begin == next->span.end;
    }

    // The lexer reads bytes; an invalid token is a character.
    void widen(Token& token) {
        token.span.end = token.span.begin +
                         static_cast<std::uint32_t>(decode_character(text_, token.span.begin).size);
        while (at_ + 1 < tokens_.size() && tokens_[at_ + 1].span.begin < token.span.end)
            ++at_;
    }

    [[nodiscard]] std::string_view text_of(const Token& token) const {
        return text_.substr(token.span.begin, token.span.size());
    }

    std::vector<Token> tokens_;
    std::string_view text_;
    std::vector<Token> result_;
    /// The first is the program itself.
    std::vector<Level> levels_{1};
    std::size_t at_ = 0;
    std::size_t pending_ = 0;
    /// Of the path that the last token belongs to.
    std::size_t segments_ = 0;
    bool path_goes_on_ = false;
};

}  // namespace

std::expected<std::vector<Token>, Diagnostic> resolve(std::vector<Token> tokens,
                                                      std::string_view text) {
    return TokenPass(std::move(tokens), text).run();
}

}  // namespace engine::vrl
