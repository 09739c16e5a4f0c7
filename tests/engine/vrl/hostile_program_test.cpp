#include <gtest/gtest.h>

#include <chrono>

#include "engine/vrl/program.hpp"

// Programs that are made to exhaust stack or time end in an answer or in diagnostics, soon.
namespace engine::vrl {
namespace {

std::string repeated(std::string_view text, std::size_t count) {
    std::string all;
    for (std::size_t i = 0; i < count; ++i) {
        all += text;
    }
    return all;
}

std::string nested(std::string_view before, std::string_view after, std::size_t levels = 20'000) {
    return repeated(before, levels) + "1" + repeated(after, levels);
}

/// What became of the program: its first diagnostic, the error of its run, or "fine".
std::string end_of(const std::string& text) {
    const auto begin = std::chrono::steady_clock::now();
    std::string end = "fine";
    const auto program = compile(SourceText("", text), {});
    if (!program) {
        end = program.error().front().message;
    } else {
        Arena arena;
        Context context(arena);
        Target target;
        const Outcome outcome = run(**program, target, context);
        end = outcome.ok() ? "fine" : std::string(outcome.message);
    }
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20))
        << text.substr(0, 80);
    return end;
}

TEST(HostileProgram, DeepNestingIsASyntaxError) {
    for (const std::string& text :
         {nested("(", ")"), nested("[", "]"), nested("{\"a\":", "}"), nested("if true { ", " }"),
          nested("{ ", " }"), nested("-", ""), nested("!", ""), nested("abs(", ")"),
          nested(".a = ", ""), nested("for_each([1]) -> |_i, _v| { ", " }"),
          nested("to_int(.a) ?? ", ""), nested("1 + ", ""), nested("{} | ", ""),
          nested("true && ", "")}) {
        EXPECT_EQ(end_of(text), "syntax error") << text.substr(0, 80);
    }
}

TEST(HostileProgram, LongOnesCompile) {
    EXPECT_EQ(end_of("if .a == 1 { 1 }" + repeated(" else if .a == 2 { 2 }", 20'000)), "fine");
    EXPECT_EQ(end_of(".a = \"" + std::string(10'000'000, 'x') + "\""), "fine");
    EXPECT_EQ(end_of(std::string(1'000'000, '1')), "invalid numeric literal");
    EXPECT_EQ(end_of("1." + std::string(1'000'000, '1')), "fine");
}

TEST(HostileProgram, RegularExpressionsEnd) {
    std::string words = "w0";
    for (int i = 1; i < 10'000; ++i) {
        words += "|w" + std::to_string(i);
    }
    EXPECT_EQ(end_of("match(\"a\" * 100000, r'(a+)+b')"), "fine");
    EXPECT_EQ(end_of("match(\"x\", r'" + words + "')"), "fine");
    EXPECT_EQ(end_of("match(\"x\", r'(x{1000}){1000}')"), "invalid regular expression");
    EXPECT_EQ(end_of("match(\"x\", r'" + repeated("[", 5000) + "a" + repeated("]", 5000) + "')"),
              "invalid regular expression");
    EXPECT_EQ(end_of("match(\"x\", r'" + repeated("\\p{L}", 20'000) + "')"),
              "invalid regular expression");
}

}  // namespace
}  // namespace engine::vrl
