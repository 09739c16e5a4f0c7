#include <antlr4-runtime.h>

#include "engine/vrl/parser/token.hpp"
#include "grammar/VrlLexer.h"

namespace engine::vrl {
namespace {

/// The text as single bytes, so that positions are byte offsets and any input can be read. The
/// grammar tells characters beyond ASCII apart only as "anything else".
class ByteStream final : public antlr4::CharStream {
public:
    explicit ByteStream(std::string_view text) : text_(text) {}

    void consume() override { ++at_; }
    std::size_t LA(ssize_t offset) override {
        const auto at =
            static_cast<std::size_t>(static_cast<ssize_t>(at_) + offset - (offset > 0 ? 1 : 0));
        return at < text_.size() ? static_cast<unsigned char>(text_[at]) : IntStream::EOF;
    }
    ssize_t mark() override { return -1; }
    void release(ssize_t) override {}
    std::size_t index() override { return at_; }
    void seek(std::size_t at) override { at_ = at; }
    std::size_t size() override { return text_.size(); }
    std::string getSourceName() const override { return "program"; }
    std::string getText(const antlr4::misc::Interval& range) override {
        return std::string(text_.substr(static_cast<std::size_t>(range.a),
                                        static_cast<std::size_t>(range.b - range.a + 1)));
    }
    std::string toString() const override { return std::string(text_); }

private:
    std::string_view text_;
    std::size_t at_ = 0;
};

}  // namespace

std::vector<Token> scan(std::string_view text) {
    using grammar::VrlLexer;
    ByteStream stream(text);
    VrlLexer lexer(&stream);
    lexer.removeErrorListeners();
    std::vector<Token> tokens;
    while (true) {
        const std::unique_ptr<antlr4::Token> token = lexer.nextToken();
        const std::size_t type = token->getType();
        if (type == antlr4::Token::EOF)
            return tokens;
        tokens.push_back({type,
                          {static_cast<std::uint32_t>(token->getStartIndex()),
                           static_cast<std::uint32_t>(token->getStopIndex() + 1)}});
        if (type == VrlLexer::UNCLOSED_STRING || type == VrlLexer::UNCLOSED_LITERAL)
            return tokens;
    }
}

}  // namespace engine::vrl
