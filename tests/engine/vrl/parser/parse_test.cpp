#include "engine/vrl/parser/parse.hpp"

#include <gtest/gtest.h>

#include "engine/diagnostic/render.hpp"

namespace engine::vrl {
namespace {

ParseResult parse_text(std::string text) {
    return parse(SourceText("", std::move(text)));
}

std::string repeated(std::string_view text, std::size_t count) {
    std::string out;
    for (std::size_t i = 0; i < count; ++i)
        out += text;
    return out;
}

TEST(Parse, SpansCoverWhatWasWritten) {
    const std::string text = ".a.b = f!(x, k: 1) -> |v| { v } ?? \"é\"";
    const SourceText source("", text);
    const ParseResult result = parse(source);
    ASSERT_EQ(result.program.statements.size(), 1U);
    const auto* assignment = result.program.statements[0].as<ast::Assignment>();
    ASSERT_NE(assignment, nullptr);
    EXPECT_EQ(source.text(result.program.statements[0].span), text);
    EXPECT_EQ(source.text(assignment->target.span), ".a.b");
    EXPECT_EQ(source.text(assignment->operator_span), "=");
    const auto* binary = assignment->value->as<ast::Binary>();
    ASSERT_NE(binary, nullptr);
    EXPECT_EQ(source.text(binary->operator_span), "??");
    EXPECT_EQ(source.text(binary->right->span), "\"é\"");
    const auto* call = binary->left->as<ast::FunctionCall>();
    ASSERT_NE(call, nullptr);
    EXPECT_EQ(source.text(binary->left->span), "f!(x, k: 1) -> |v| { v }");
    EXPECT_EQ(source.text(call->name.span), "f");
    EXPECT_EQ(source.text(call->arguments_span), "(x, k: 1)");
    EXPECT_EQ(source.text(call->arguments[1].span), "k: 1");
    EXPECT_EQ(source.text(call->arguments[1].keyword->span), "k");
    EXPECT_EQ(source.text(call->closure->span), "-> |v| { v }");
}

TEST(Parse, SpansOfIfPathsAndTemplates) {
    const SourceText source("", "if (.a[0]) { \"x{{ y }}\" }");
    const ParseResult result = parse(source);
    ASSERT_EQ(result.program.statements.size(), 1U);
    const auto* branch = result.program.statements[0].as<ast::If>();
    ASSERT_NE(branch, nullptr);
    EXPECT_EQ(source.text(branch->branches[0].condition_span), "(.a[0])");
    EXPECT_EQ(source.text(branch->branches[0].block->span), "{ \"x{{ y }}\" }");
    const auto* group = branch->branches[0].condition[0].as<ast::Group>();
    ASSERT_NE(group, nullptr);
    const auto* query = group->inner->as<ast::RootQuery>();
    ASSERT_NE(query, nullptr);
    EXPECT_EQ(source.text(query->path[0].span), "a");
    EXPECT_EQ(source.text(query->path[1].span), "[0]");
    const auto* block = branch->branches[0].block->as<ast::Block>();
    const auto* string = block->statements[0].as<ast::TemplateString>();
    ASSERT_NE(string, nullptr);
    EXPECT_EQ(source.text(std::get<ast::Name>(string->segments[1]).span), "{{ y }}");
}

TEST(Parse, SyntaxErrorIsRenderedWithWhatWasExpected) {
    const SourceText source("", ".c = = 3");
    EXPECT_EQ(render(parse(source).diagnostics, source, RenderStyle::Program),
              R"(error[E203]: syntax error
  ┌─ :1:6
  │
1 │ .c = = 3
  │      ^
  │      │
  │      unexpected syntax token: "Equals"
  │      expected one of: "identifier", "string literal", "raw string literal", "integer literal", "float literal", "regex literal", "timestamp literal", "function call", "path literal", "if", "null", "true", "false", "abort", "return", "\n", "_", "!", "[", "{", "("
  │
  = see language documentation at https://vrl.dev
  = try your code in the VRL REPL, learn more at https://vrl.dev/examples)");
}

TEST(Parse, NestingEndsAtItsLimit) {
    const auto nested = [](std::size_t depth) {
        return repeated("(", depth) + "1" + repeated(")", depth);
    };
    EXPECT_TRUE(parse_text(nested(max_nesting)).diagnostics.empty());
    const ParseResult deeper = parse_text(nested(max_nesting + 1));
    ASSERT_EQ(deeper.diagnostics.size(), 1U);
    EXPECT_EQ(deeper.diagnostics[0].code, 203);
    EXPECT_EQ(deeper.diagnostics[0].begin(), max_nesting);
}

TEST(Parse, HostileNestingIsAnErrorAndNoCrash) {
    for (const std::string_view unit : {"(", "[", "{", "{\"a\":", "f(", "a = ", "abort ", "return ",
                                        "if (", "if true {", "f() -> || {", ".a["})
        EXPECT_FALSE(parse_text(repeated(unit, 100'000)).diagnostics.empty()) << unit;
    EXPECT_EQ(parse_text(repeated("!", 100'000) + "true").diagnostics.size(), 1U);
    EXPECT_EQ(parse_text("1" + repeated(" + 1", 100'000)).diagnostics.size(), 1U);
}

TEST(Parse, LongChainsAreHeldFlatOrBounded) {
    EXPECT_TRUE(parse_text("1" + repeated(" + 1", 1'000)).diagnostics.empty());
    EXPECT_TRUE(parse_text(".a" + repeated(".b", 100) + repeated("[0]", 100)).diagnostics.empty());
    EXPECT_TRUE(
        parse_text("if true { 1 }" + repeated(" else if true { 2 }", 1'000)).diagnostics.empty());
    EXPECT_TRUE(parse_text("[" + repeated("a = 1, ", 0) + repeated("1, ", 10'000) + "]")
                    .diagnostics.empty());
    EXPECT_TRUE(parse_text(repeated("a = 1\n", 1'000)).diagnostics.empty());
}

TEST(Parse, PathsAreBounded) {
    for (const char* segment : {".b", "[0]", ".\"c d\""}) {
        for (const char* start : {".", "%a", "name", "call()", "(1).a"}) {
            const ParseResult result = parse_text(start + repeated(segment, 100'000));
            ASSERT_EQ(result.diagnostics.size(), 1U) << start << segment;
            EXPECT_TRUE(result.program.statements.empty());
        }
    }
    EXPECT_TRUE(parse_text(repeated(".a.b[0].c = name.d[1]\n", 1'000)).diagnostics.empty());
}

TEST(Parse, EachFaultyStatementReportsOnce) {
    const ParseResult result = parse_text(repeated("x = = 1\ny = 2\n", 100));
    EXPECT_EQ(result.diagnostics.size(), 100U);
    EXPECT_EQ(result.program.statements.size(), 100U);
}

TEST(Parse, AnyBytesAreAnswered) {
    std::string bytes;
    for (int i = 0; i < 256; ++i)
        bytes += static_cast<char>(i);
    for (std::size_t i = 0; i < bytes.size(); ++i)
        static_cast<void>(parse_text(bytes.substr(i)));
    EXPECT_EQ(parse_text("\xFF").diagnostics.size(), 1U);
    EXPECT_EQ(parse_text("\"\xFF\"").diagnostics.size(), 0U);
    EXPECT_EQ(parse_text("\"\\\xFF\"").diagnostics.size(), 1U);
}

}  // namespace
}  // namespace engine::vrl
