#include "engine/vrl/parser/parse.hpp"

#include <array>
#include <mutex>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/vrl/parser/statement_parser.hpp"
#include "engine/vrl/parser/token.hpp"
#include "engine/vrl/parser/tree_builder.hpp"

namespace engine::vrl {
namespace {

using P = grammar::VrlParser;

// Lists of what was expected are made for so many faulty statements of a program, and up to so many
// tokens into a statement: finding one costs fifty parses of what stands before the error.
constexpr std::size_t max_diagnostics = 200;
constexpr std::size_t max_lists = 16;
constexpr std::size_t max_listed_tokens = 500;

/// Parses the root statements of one program in turn. Lives on the stack of `parse`.
class ProgramParser {
public:
    ProgramParser(std::span<const Token> tokens, std::string_view text)
        : tokens_(tokens), text_(text), parser_(tokens) {}

    ParseResult run() {
        std::size_t at = 0;
        skip_newline(at);
        while (at < tokens_.size() && result_.diagnostics.size() < max_diagnostics) {
            at = statement(at);
            skip_newline(at);
        }
        return std::move(result_);
    }

private:
    // Returns the index of the token behind the statement and its end.
    std::size_t statement(std::size_t begin) {
        const auto tree = parser_.parse(begin);
        if (!tree) {
            report(begin, tree.error().token);
            return after_end(tree.error().token);
        }
        const std::size_t end = (*tree)->getStop()->getTokenIndex();
        auto built = TreeBuilder(text_).build(**tree);
        if (built)
            result_.program.statements.push_back(std::move(*built));
        else
            result_.diagnostics.push_back(std::move(built.error()));
        return end + 1;
    }

    // The rest of a faulty statement is passed over, up to the next `;` or newline at any depth.
    [[nodiscard]] std::size_t after_end(std::size_t at) const {
        while (at < tokens_.size() && tokens_[at].type != P::SEMICOLON &&
               tokens_[at].type != P::NEWLINE)
            ++at;
        return at + 1;
    }

    void skip_newline(std::size_t& at) const {
        if (at < tokens_.size() && tokens_[at].type == P::NEWLINE)
            ++at;
    }

    void report(std::size_t begin, std::size_t failed) {
        if (failed == tokens_.size()) {
            const std::uint32_t end = tokens_.back().span.end;
            add(Diagnostic::error(204, "syntax error")
                    .primary({end, end}, "unexpected end of program"),
                begin, failed);
            return;
        }
        const Token& token = tokens_[failed];
        if (token.type == P::RESERVED) {
            result_.diagnostics.push_back(
                Diagnostic::error(205, "reserved keyword")
                    .primary(token.span,
                             "this identifier name is reserved for future use in the language")
                    .context(token.span, "use a different name instead"));
            return;
        }
        add(Diagnostic::error(203, "syntax error")
                .primary(token.span, token.type == P::PATH_END
                                         ? "unexpected end of query path"
                                         : fmt::format("unexpected syntax token: \"{}\"",
                                                       met_name(token.type))),
            begin, failed);
    }

    void add(Diagnostic diagnostic, std::size_t begin, std::size_t failed) {
        if (lists_ < max_lists && failed - begin <= max_listed_tokens) {
            ++lists_;
            const auto names = expected_names_at(begin, failed);
            const Span span = diagnostic.labels.front().span;
            if (!names.empty())
                diagnostic.labels.push_back(
                    {LabelStyle::Context, span,
                     fmt::format("expected one of: {}", fmt::join(names, ", "))});
        }
        result_.diagnostics.push_back(std::move(diagnostic));
    }

    // Within a path the reference's tokens are others than ours.
    std::vector<std::string_view> expected_names_at(std::size_t begin, std::size_t failed) {
        constexpr auto path_start = std::to_array<std::string_view>(
            {R"("identifier")", R"("path field")", R"("string literal")", "RQuery", R"("abort")",
             R"("return")", R"(".")", R"("[")"});
        constexpr auto segment =
            std::to_array<std::string_view>({R"("identifier")", R"("path field")",
                                             R"("string literal")", R"("abort")", R"("return")"});
        const auto list = [](const auto& names) {
            return std::vector<std::string_view>(names.begin(), names.end());
        };
        const std::size_t met = failed < tokens_.size() ? tokens_[failed].type : 0;
        const std::size_t previous = failed > begin ? tokens_[failed - 1].type : 0;
        if (met == P::PATH_END || previous == P::SEGMENT_DOT)
            return list(segment);
        const bool bang_in_path = met == P::NOT && ends_path(begin, failed);
        if (previous == P::ROOT_START || bang_in_path)
            return list(path_start);
        return parser_.expected_at(begin, failed, may_be_blank(begin));
    }

    // A `}` tells the reference's parser that the newlines before it are all.
    [[nodiscard]] bool may_be_blank(std::size_t begin) const {
        return begin == 0 || begin == tokens_.size() || tokens_[begin].type != P::RIGHT_BRACE;
    }

    // Whether a segment of a path ends where the token begins.
    [[nodiscard]] bool ends_path(std::size_t begin, std::size_t at) const {
        return at > begin + 1 && tokens_[at - 1].span.end == tokens_[at].span.begin &&
               (tokens_[at - 2].type == P::ROOT_START || tokens_[at - 2].type == P::SEGMENT_DOT);
    }

    std::span<const Token> tokens_;
    std::string_view text_;
    StatementParser parser_;
    ParseResult result_;
    std::size_t lists_ = 0;
};

}  // namespace

ParseResult parse(const SourceText& source) {
    // The generated code shares its prediction tables between all parsers of the process.
    static std::mutex mutex;
    const std::lock_guard lock(mutex);
    auto tokens = resolve(scan(source.text()), source.text());
    if (!tokens)
        return {.program = {}, .diagnostics = {std::move(tokens.error())}};
    return ProgramParser(*tokens, source.text()).run();
}

}  // namespace engine::vrl
