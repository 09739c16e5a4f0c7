#include "engine/vrl/parser/statement_parser.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace engine::vrl {

using grammar::VrlParser;

/// Our tokens as ANTLR wants them. ANTLR's own streams would copy and buffer them once more, and
/// could not show one token as another (see `substitute`).
class StatementParser::Stream final : public antlr4::TokenStream {
public:
    explicit Stream(std::span<const Token> tokens) {
        tokens_.reserve(tokens.size() + 1);
        for (const Token& token : tokens)
            add(token.type, token.span);
        const std::uint32_t end = tokens.empty() ? 0 : tokens.back().span.end;
        // The last one remains when `substitute` puts three tokens in the place of the first.
        for (int i = 0; i < 4; ++i)
            add(antlr4::Token::EOF, {end, end});
    }

    /// Until `restore`, the tokens from `index` on have these types and the text ends behind them.
    void substitute(std::size_t index, std::span<const std::size_t> types) {
        substituted_ = index;
        for (std::size_t i = 0; i < types.size(); ++i) {
            originals_.push_back(tokens_[index + i]->getType());
            tokens_[index + i]->setType(types[i]);
        }
        limit_ = index + types.size();
    }
    void restore() {
        for (std::size_t i = 0; i < originals_.size(); ++i)
            tokens_[substituted_ + i]->setType(originals_[i]);
        originals_.clear();
        limit_ = tokens_.size() - 1;
    }

    antlr4::Token* LT(ssize_t offset) override {
        const ssize_t at = static_cast<ssize_t>(at_) + offset - (offset > 0 ? 1 : 0);
        if (at < 0)
            return nullptr;
        return at_or_end(static_cast<std::size_t>(at));
    }
    std::size_t LA(ssize_t offset) override { return LT(offset)->getType(); }
    antlr4::Token* get(std::size_t index) const override { return tokens_[index].get(); }
    void consume() override { at_ = std::min(at_ + 1, tokens_.size() - 1); }
    ssize_t mark() override { return 0; }
    void release(ssize_t) override {}
    std::size_t index() override { return at_; }
    void seek(std::size_t index) override { at_ = std::min(index, tokens_.size() - 1); }
    std::size_t size() override { return tokens_.size(); }
    antlr4::TokenSource* getTokenSource() const override { return nullptr; }
    std::string getSourceName() const override { return "program"; }
    std::string getText() override { return {}; }
    std::string getText(const antlr4::misc::Interval&) override { return {}; }
    std::string getText(antlr4::RuleContext*) override { return {}; }
    std::string getText(antlr4::Token*, antlr4::Token*) override { return {}; }

private:
    void add(std::size_t type, Span span) {
        auto token = std::make_unique<antlr4::CommonToken>(type);
        token->setStartIndex(span.begin);
        token->setStopIndex(span.end);
        token->setTokenIndex(tokens_.size());
        tokens_.push_back(std::move(token));
        limit_ = tokens_.size() - 1;
    }
    antlr4::Token* at_or_end(std::size_t at) const {
        return (at >= limit_ ? tokens_.back() : tokens_[at]).get();
    }

    std::vector<std::unique_ptr<antlr4::CommonToken>> tokens_;
    std::size_t at_ = 0;
    std::size_t limit_ = 0;
    std::size_t substituted_ = 0;
    std::vector<std::size_t> originals_;
};

/// Ends the parse at the first error; `Failure` passes through the generated code, which catches
/// ANTLR's exceptions only, and is caught in `parse`.
class StatementParser::FirstError final : public antlr4::DefaultErrorStrategy {
public:
    void recover(antlr4::Parser*, std::exception_ptr error) override {
        try {
            std::rethrow_exception(error);
        } catch (const antlr4::RecognitionException& recognition) {
            throw Failure{recognition.getOffendingToken()->getTokenIndex()};
        }
    }
    antlr4::Token* recoverInline(antlr4::Parser* parser) override {
        throw Failure{parser->getCurrentToken()->getTokenIndex()};
    }
    void reportError(antlr4::Parser*, const antlr4::RecognitionException&) override {}
    void sync(antlr4::Parser*) override {}
};

StatementParser::StatementParser(std::span<const Token> tokens)
    : tokens_(tokens),
      stream_(std::make_unique<Stream>(tokens)),
      parser_(std::make_unique<VrlParser>(stream_.get())) {
    parser_->removeErrorListeners();
    parser_->setErrorHandler(std::make_shared<FirstError>());
}

StatementParser::~StatementParser() = default;

std::expected<VrlParser::Root_statementContext*, StatementParser::Failure> StatementParser::parse(
    std::size_t begin) {
    auto* simulator = parser_->getInterpreter<antlr4::atn::ParserATNSimulator>();
    std::optional<Failure> failure;
    // SLL is the fast mode; what it refuses may still be right in full context.
    for (const auto mode : {antlr4::atn::PredictionMode::SLL, antlr4::atn::PredictionMode::LL}) {
        simulator->setPredictionMode(mode);
        parser_->reset();
        stream_->seek(begin);
        try {
            return parser_->root_statement();
        } catch (const Failure& first) {
            failure = first;
        }
    }
    return std::unexpected(*failure);
}

// What is expected is found by trying: each kind of token is put in the place of the faulty one,
// and counts when the parser then gets past it. That is exact, which the sets that ANTLR keeps for
// its own messages are not, and costs time only in faulty statements.
StatementParser::Kinds StatementParser::accepted(std::size_t begin, std::size_t failed,
                                                 const Kinds& before) {
    Kinds found;
    for (const auto& [type, name] : expected_names()) {
        Kinds tried = before;
        tried.push_back(type);
        stream_->substitute(failed, tried);
        const auto result = parse(begin);
        if (result.has_value() || result.error().token > failed + before.size())
            found.push_back(type);
        stream_->restore();
    }
    return found;
}

namespace {

bool contains(std::span<const std::size_t> types, std::size_t type) {
    return std::ranges::find(types, type) != types.end();
}

// Where one of these cannot stand, the reference's parser has already closed the expression before
// it: they end expressions elsewhere. Then only what may follow a whole expression is expected.
bool ends_expression(std::size_t type) {
    constexpr std::array ends = std::to_array<std::size_t>(
        {antlr4::Token::EOF, VrlParser::NEWLINE, VrlParser::SEMICOLON, VrlParser::COMMA,
         VrlParser::RIGHT_PARENTHESIS, VrlParser::RIGHT_BRACKET, VrlParser::RIGHT_BRACE,
         VrlParser::LEFT_BRACE});
    return contains(ends, type);
}

// In call arguments the reference does not list names and words that would do there.
bool is_unlisted_argument(std::size_t type) {
    return type >= VrlParser::IF && type <= VrlParser::FALSE;
}

}  // namespace

std::vector<std::string_view> StatementParser::expected_at(std::size_t begin, std::size_t failed,
                                                           bool may_be_blank) {
    Kinds types = accepted(begin, failed, {});
    const bool after_operand = contains(types, VrlParser::ADD);
    const std::size_t met = failed < tokens_.size() ? tokens_[failed].type : antlr4::Token::EOF;
    if (after_operand && ends_expression(met)) {
        // An operation cannot be a target or a keyword, nor can a closure follow it.
        types = accepted(begin, failed, {VrlParser::ADD, VrlParser::INTEGER});
        std::erase_if(types, [](std::size_t type) { return !ends_expression(type); });
    } else if (contains(types, VrlParser::RESERVED) && met != antlr4::Token::EOF) {
        std::erase_if(types, is_unlisted_argument);
        std::erase(types, VrlParser::RESERVED);
    }
    std::vector<std::string_view> names;
    for (const auto& [type, name] : expected_names()) {
        const bool between_statements =
            type == VrlParser::NEWLINE && failed == begin && may_be_blank;
        if (contains(types, type) || between_statements)
            names.push_back(name);
    }
    return names;
}

}  // namespace engine::vrl
