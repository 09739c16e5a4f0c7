#include "engine/diagnostic/render.hpp"

#include <gtest/gtest.h>

namespace engine {
namespace {

constexpr std::string_view footer =
    "  = see language documentation at https://vrl.dev\n"
    "  = try your code in the VRL REPL, learn more at https://vrl.dev/examples";

std::string program(std::string text, const Diagnostic& diagnostic) {
    return render(diagnostic, SourceText("", std::move(text)), RenderStyle::Program);
}

TEST(Render, SeveralTextsOnOneSpanHangBelowInOrder) {
    const auto shown = program(")", Diagnostic::error(203, "syntax error")
                                        .primary({0, 1}, "unexpected syntax token: \"RParen\"")
                                        .context({0, 1}, "expected one of: \"if\""));
    EXPECT_EQ(shown, R"(error[E203]: syntax error
  ┌─ :1:1
  │
1 │ )
  │ ^
  │ │
  │ unexpected syntax token: "RParen"
  │ expected one of: "if"
  │
)" + std::string(footer));
}

TEST(Render, SingleLabelTrailsItsUnderline) {
    const auto shown =
        program("x = 1\ny = \"abc", Diagnostic::error(207, "invalid string literal")
                                        .primary({10, 11}, "invalid string literal"));
    EXPECT_EQ(shown, R"(error[E207]: invalid string literal
  ┌─ :2:5
  │
2 │ y = "abc
  │     ^ invalid string literal
  │
)" + std::string(footer));
}

TEST(Render, EndOfInputIsPointedAtBehindTheLine) {
    const auto shown = program("1 +", Diagnostic::error(204, "syntax error")
                                          .primary({3, 3}, "unexpected end of program")
                                          .context({3, 3}, "expected one of: \"(\""));
    EXPECT_EQ(shown, R"(error[E204]: syntax error
  ┌─ :1:4
  │
1 │ 1 +
  │    ^
  │
  │    unexpected end of program
  │    expected one of: "("
  │
)" + std::string(footer));
}

TEST(Render, DocumentedCodesAndNotesFollowTheSource) {
    const auto shown =
        program("if \"x\" { upcase(1) }",
                Diagnostic::error(102, "non-boolean predicate")
                    .primary({3, 6}, "this predicate must resolve to a boolean")
                    .context({3, 6}, "instead it resolves to string")
                    .hint("coerce the value to the required type using a coercion function")
                    .see("if expressions", "https://vrl.dev/expressions/#if"));
    EXPECT_EQ(shown, R"(error[E102]: non-boolean predicate
  ┌─ :1:4
  │
1 │ if "x" { upcase(1) }
  │    ^^^
  │    │
  │    this predicate must resolve to a boolean
  │    instead it resolves to string
  │
  = hint: coerce the value to the required type using a coercion function
  = see documentation about if expressions at https://vrl.dev/expressions/#if
  = learn more about error code 102 at https://errors.vrl.dev/102
)" + std::string(footer));
}

TEST(Render, EmptyNotesAreBareMarks) {
    const auto shown = program(
        "1", Diagnostic::error(0, "wrong").primary({0, 1}, "").note("try:").note("").note("    x"));
    EXPECT_EQ(shown, R"(error: wrong
  ┌─ :1:1
  │
1 │ 1
  │ ^
  │
  = try:
  =
  =     x
)" + std::string(footer));
}

TEST(Render, LabelsOnOneLineHangExceptTheLast) {
    const auto shown = program("mod(7, 3) ?? \"fallback\"",
                               Diagnostic::error(651, "unnecessary error coalescing operation")
                                   .primary({0, 9}, "this expression can't fail")
                                   .context({10, 12}, "remove this error coalescing operation")
                                   .context({13, 23}, "this expression never resolves"));
    EXPECT_EQ(shown, R"(error[E651]: unnecessary error coalescing operation
  ┌─ :1:1
  │
1 │ mod(7, 3) ?? "fallback"
  │ ^^^^^^^^^ -- ---------- this expression never resolves
  │ │         │
  │ │         remove this error coalescing operation
  │ this expression can't fail
  │
)" + std::string(footer));
}

TEST(Render, AdjacentLabelsAndWarnings) {
    const auto shown =
        program("int!(1)", Diagnostic::warning(620, "can't abort infallible function")
                               .primary({0, 3}, "this function can't fail")
                               .context({3, 4}, "remove this abort (!) instruction")
                               .see("error handling", "https://errors.vrl.dev/#handling"));
    EXPECT_EQ(shown, R"(warning[E620]: can't abort infallible function
  ┌─ :1:1
  │
1 │ int!(1)
  │ ^^^- remove this abort (!) instruction
  │ │
  │ this function can't fail
  │
  = see documentation about error handling at https://errors.vrl.dev/#handling
)" + std::string(footer));
}

TEST(Render, PrimaryUnderlineWinsWhereLabelsOverlap) {
    const auto shown = program(
        "abs(value: null)",
        Diagnostic::error(660, "overlap")
            .primary({11, 15}, "this expression resolves to the exact type null")
            .context({4, 15}, "but the parameter \"value\" expects one of integer or float"));
    EXPECT_EQ(shown, R"(error[E660]: overlap
  ┌─ :1:12
  │
1 │ abs(value: null)
  │     -------^^^^
  │     │      │
  │     │      this expression resolves to the exact type null
  │     but the parameter "value" expects one of integer or float
  │
)" + std::string(footer));
}

TEST(Render, ThreeTextsOnOneSpanComeInTheReferencesOrder) {
    const auto shown = program("f(1)", Diagnostic::error(610, "function compilation error")
                                           .primary({0, 4}, "invalid enum variant")
                                           .context({0, 4}, "received: \"bogus\"")
                                           .context({0, 4}, "expected one of: \"main\""));
    EXPECT_EQ(shown, R"(error[E610]: function compilation error
  ┌─ :1:1
  │
1 │ f(1)
  │ ^^^^
  │ │
  │ invalid enum variant
  │ expected one of: "main"
  │ received: "bogus"
  │
)" + std::string(footer));
}

TEST(Render, SpansOverLinesGetTheirOwnColumns) {
    const auto shown = program(
        "upcase([\n  1,\n  2\n])",
        Diagnostic::error(660, "invalid argument type")
            .primary({7, 19}, "this expression resolves to the exact type [integer, integer]")
            .context({7, 19}, "but the parameter \"value\" expects the exact type string"));
    EXPECT_EQ(shown, R"(error[E660]: invalid argument type
  ┌─ :1:8
  │
1 │     upcase([
  │ ╭──────────^
  │ │ ╭────────'
2 │ │ │   1,
3 │ │ │   2
4 │ │ │ ])
  │ ╰─│─^ this expression resolves to the exact type [integer, integer]
  │   ╰─' but the parameter "value" expects the exact type string
  │
)" + std::string(footer));
}

TEST(Render, SpansOverLinesThatBeginTheirLine) {
    const auto shown =
        program(".a +\n  .b +\n  .c",
                Diagnostic::error(660, "unhandled error")
                    .primary({0, 9}, "expression can result in runtime error")
                    .context({0, 9}, "handle the error case to ensure runtime success"));
    EXPECT_EQ(shown, R"(error[E660]: unhandled error
  ┌─ :1:1
  │
1 │ ╭ ╭ .a +
2 │ │ │   .b +
  │ ╰─│────^ expression can result in runtime error
  │   ╰────' handle the error case to ensure runtime success
  │
)" + std::string(footer));
}

TEST(Render, SpansOverLinesMixWithUnderlines) {
    const auto shown = program("x = upcase(\n \"a\"\n) ?? \"b\"",
                               Diagnostic::error(651, "unnecessary error coalescing operation")
                                   .primary({4, 18}, "this expression can't fail")
                                   .context({19, 21}, "remove this error coalescing operation")
                                   .context({22, 25}, "this expression never resolves"));
    EXPECT_EQ(shown, R"(error[E651]: unnecessary error coalescing operation
  ┌─ :1:5
  │
1 │   x = upcase(
  │ ╭─────^
2 │ │  "a"
3 │ │ ) ?? "b"
  │ │   -- --- this expression never resolves
  │ │   │
  │ │   remove this error coalescing operation
  │ ╰─^ this expression can't fail
  │
)" + std::string(footer));
}

TEST(Render, ManySpansOverLinesBelowAnUnderline) {
    const auto shown = program("x = parse_regex(\n  .message,\n  r'a'\n)",
                               Diagnostic::error(660, "unhandled fallible assignment")
                                   .primary({4, 38}, "this expression is fallible")
                                   .context({0, 3}, "or change this to an infallible assignment:")
                                   .context({0, 3}, "x, err = f()")
                                   .primary({4, 38}, "`.message` argument type is `any`")
                                   .primary({4, 38}, "update the expression"));
    EXPECT_EQ(shown, R"text(error[E660]: unhandled fallible assignment
  ┌─ :1:5
  │
1 │       x = parse_regex(
  │       ---
  │       │
  │       or change this to an infallible assignment:
  │       x, err = f()
  │ ╭─────────^
  │ │ ╭───────^
  │ │ │ ╭─────^
2 │ │ │ │   .message,
3 │ │ │ │   r'a'
4 │ │ │ │ )
  │ ╰─│─│─^ this expression is fallible
  │   ╰─│─^ `.message` argument type is `any`
  │     ╰─^ update the expression
  │
)text" + std::string(footer));
}

TEST(Render, ContextOverLinesBeginsBelowUnderlines) {
    const auto shown = program("ok, err = replace(\n \"a\"\n)",
                               Diagnostic::error(660, "unnecessary error assignment")
                                   .primary({4, 7}, "this error assignment is unnecessary")
                                   .context({10, 25}, "because this expression can't fail")
                                   .context({0, 2}, "use: ok = replace(\"a\")"));
    EXPECT_EQ(shown, R"text(error[E660]: unnecessary error assignment
  ┌─ :1:5
  │
1 │   ok, err = replace(
  │   --  ^^^ this error assignment is unnecessary
  │   │
  │   use: ok = replace("a")
  │ ╭───────────'
2 │ │  "a"
3 │ │ )
  │ ╰─' because this expression can't fail
  │
)text" + std::string(footer));
}

TEST(Render, MiddleOfLongSpansIsLeftOut) {
    const auto shown = program("f(\n1,\n2,\n3,\n4,\n5,\n6\n)",
                               Diagnostic::error(0, "long").primary({0, 21}, "here"));
    EXPECT_EQ(shown, R"(error: long
  ┌─ :1:1
  │
1 │ ╭ f(
2 │ │ 1,
3 │ │ 2,
4 │ │ 3,
  · │
7 │ │ 6
8 │ │ )
  │ ╰─^ here
  │
)" + std::string(footer));
}

TEST(Render, NewlineItselfIsASpanOverLines) {
    const auto shown =
        program("(1\n + 2)", Diagnostic::error(203, "syntax error")
                                 .primary({2, 3}, "unexpected syntax token: \"Newline\"")
                                 .context({2, 3}, "expected one of: \")\""));
    EXPECT_EQ(shown, R"text(error[E203]: syntax error
  ┌─ :1:3
  │
1 │     (1
  │ ╭────^
  │ │ ╭──'
2 │ │ │  + 2)
  │ ╰─│^ unexpected syntax token: "Newline"
  │   ╰' expected one of: ")"
  │
)text" + std::string(footer));
}

TEST(Render, WideCharactersTakeTwoColumns) {
    const auto shown =
        program(".x = \"日本語日本語\"; upcase(1)",
                Diagnostic::error(660, "wide").primary({34, 35}, "one").context({34, 35}, "two"));
    EXPECT_EQ(shown, R"(error[E660]: wide
  ┌─ :1:23
  │
1 │ .x = "日本語日本語"; upcase(1)
  │                             ^
  │                             │
  │                             one
  │                             two
  │
)" + std::string(footer));
}

TEST(Render, TabsReachToTheNextStop) {
    const auto shown = program(".a = \"日\t本\"; upcase(1)",
                               Diagnostic::error(660, "tab").primary({23, 24}, "here"));
    EXPECT_EQ(shown, R"(error[E660]: tab
  ┌─ :1:20
  │
1 │ .a = "日    本"; upcase(1)
  │                         ^ here
  │
)" + std::string(footer));
}

TEST(Render, NumbersOfDifferentWidthAreAligned) {
    std::string text;
    for (int i = 1; i < 10; ++i)
        text += "1\n";
    const auto shown = program(text + "nope", Diagnostic::error(701, "call to undefined variable")
                                                  .primary({18, 22}, "undefined variable"));
    EXPECT_TRUE(shown.starts_with(R"(error[E701]: call to undefined variable
   ┌─ :10:1
   │
10 │ nope
   │ ^^^^ undefined variable
   │
   = see)"));
}

TEST(Render, SpansBeyondTheTextAreClamped) {
    const auto shown = program("ab", Diagnostic::error(0, "beyond").primary({50, 70}, "here"));
    EXPECT_TRUE(shown.starts_with("error: beyond\n  ┌─ :1:3\n  │\n1 │ ab\n  │   ^ here\n"));
}

TEST(Render, ConfigurationNamesItsFileAndHasNoStandingNotes) {
    const SourceText source("vector.toml", "[sinks.out]\ntype = \"consol\"\n");
    const auto shown = render(Diagnostic::error(0, "unknown sink type `consol`")
                                  .primary({19, 27}, "no such type")
                                  .hint("did you mean `console`?"),
                              source, RenderStyle::Configuration);
    EXPECT_EQ(shown, R"(error: unknown sink type `consol`
  ┌─ vector.toml:2:8
  │
2 │ type = "consol"
  │        ^^^^^^^^ no such type
  │
  = hint: did you mean `console`?)");
}

TEST(Render, WithoutLabelsThereIsNoSource) {
    const SourceText source("vector.toml", "");
    EXPECT_EQ(render(Diagnostic::error(0, "no sinks").note("add one"), source,
                     RenderStyle::Configuration),
              "error: no sinks\n = add one");
}

TEST(Render, SeveralAreSetApartByABlankLine) {
    const SourceText source("a.toml", "x");
    const std::vector<Diagnostic> both{Diagnostic::error(0, "one"),
                                       Diagnostic::warning(900, "two")};
    EXPECT_EQ(render(both, source, RenderStyle::Configuration), "error: one\n\nwarning[E900]: two");
}

TEST(SourceText, PositionsCountCharactersAndLinesEndAtTheirBreak) {
    const SourceText source("", "é日\r\nx\n");
    EXPECT_EQ(source.line_count(), 3U);
    EXPECT_EQ(source.position(2), (Position{1, 2}));
    EXPECT_EQ(source.position(5), (Position{1, 3}));
    EXPECT_EQ(source.position(8), (Position{2, 2}));
    EXPECT_EQ(source.line_span(0), (Span{0, 5}));
    EXPECT_EQ(source.line_span(2), (Span{9, 9}));
    EXPECT_EQ(source.text(Span{2, 5}), "日");
}

TEST(SourceText, BytesThatAreNotUtf8CountOneEach) {
    EXPECT_EQ(character_count("a\xFF\xC3"), 3U);
    EXPECT_EQ(display_width("e\xCC\x81\xE6\x97\xA5"), 3U);
}

}  // namespace
}  // namespace engine
