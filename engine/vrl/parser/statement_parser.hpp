#pragma once

#include <antlr4-runtime.h>

#include <expected>
#include <memory>
#include <span>

#include "engine/vrl/parser/token.hpp"
#include "grammar/VrlParser.h"

namespace engine::vrl {

/// The generated parser, run over one root statement at a time. Reused for all statements of a
/// program; belongs to one thread.
class StatementParser {
public:
    /// `tokens` is borrowed and outlives the parser.
    explicit StatementParser(std::span<const Token> tokens);
    ~StatementParser();

    /// Index of the first token that no statement can have there; the number of tokens for the end.
    struct Failure {
        std::size_t token;
    };
    /// Parses the statement that begins at a token. The tree lives until the next call; its tokens
    /// carry byte offsets (stop index exclusive of the next byte) as ANTLR's do.
    [[nodiscard]] std::expected<grammar::VrlParser::Root_statementContext*, Failure> parse(
        std::size_t begin);

    /// Names of the tokens that could have stood at `failed` in the statement from `begin`, as the
    /// reference lists them. `may_be_blank`: a newline could stand before the statement.
    [[nodiscard]] std::vector<std::string_view> expected_at(std::size_t begin, std::size_t failed,
                                                            bool may_be_blank);

private:
    using Kinds = std::vector<std::size_t>;
    /// Kinds of tokens with which the parser gets past `failed`, where `before` stands in between.
    [[nodiscard]] Kinds accepted(std::size_t begin, std::size_t failed, const Kinds& before);
    class Stream;
    class FirstError;

    std::span<const Token> tokens_;
    std::unique_ptr<Stream> stream_;
    std::unique_ptr<grammar::VrlParser> parser_;
};

}  // namespace engine::vrl
