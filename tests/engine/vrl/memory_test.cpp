#include <gtest/gtest.h>

#include <chrono>

#include "engine/event/container.hpp"
#include "engine/event/shape.hpp"
#include "engine/vrl/program.hpp"

// What a program makes of one event stays bounded, whatever program and event are.
namespace engine::vrl {
namespace {

constexpr std::string_view too_much = "the program takes more than 256 MiB of memory for one event";

class MemoryOfRun : public ::testing::Test {
protected:
    Outcome run(const std::string& program, Value event, std::size_t memory = memory_of_run) {
        auto compiled = compile(SourceText("", program), {});
        EXPECT_TRUE(compiled.has_value()) << program << "\n"
                                          << (compiled ? "" : compiled.error().front().message);
        if (!compiled) {
            return {};
        }
        programs_.push_back(*compiled);
        Target target;
        target.event = event;
        return vrl::run(**compiled, target, context_, memory);
    }
    /// The error's text, or "none".
    std::string error(const std::string& program, Value event, std::size_t memory = memory_of_run) {
        const Outcome outcome = run(program, event, memory);
        return outcome.ok() ? "none" : std::string(outcome.message);
    }
    Value object(std::vector<Member> members) { return object_of(members, arena_); }
    Value items(std::size_t count) {
        return array_of(std::vector<Value>(count, Value::integer(1)), arena_);
    }
    Value text(std::size_t size) { return Value::copy_of(std::string(size, 'a'), arena_); }
    Value many_keys(std::size_t count) {
        std::vector<Member> members;
        for (std::size_t i = 0; i < count; ++i) {
            members.push_back({arena_.copy("key" + std::to_string(i)), Value::integer(1)});
        }
        return object(std::move(members));
    }

    Arena arena_;
    Context context_{arena_};
    std::vector<std::shared_ptr<const Program>> programs_;
};

TEST_F(MemoryOfRun, LoopsThatDoubleEndInAnError) {
    const Value event = object({{"l", items(100)}});
    for (
        const char* program :
        {R"(s = "x"; for_each(array!(.l)) -> |_i, _v| { s = s + s }; s)",
         R"(s = "xxxxxxxx"; a = []; for_each(array!(.l)) -> |_i, _v| { a = push(a, s * 1000000) })",
         "a = [1]; for_each(array!(.l)) -> |_i, _v| { a = append(a, a) }",
         R"(s = "x"; for_each(array!(.l)) -> |_i, _v| { s = "{{ s }}{{ s }}" }; s)",
         R"(s = "x"; for_each(array!(.l)) -> |_i, _v| { s = join!([s, s, s]) }; s)"}) {
        const std::string message = error(program, event);
        EXPECT_TRUE(message.find("memory for one event") != message.npos ||
                    message.find("too large") != message.npos)
            << program << "\n"
            << message;
        EXPECT_LT(arena_.footprint(), memory_of_run / 16) << "what failed left its memory";
    }
}

TEST_F(MemoryOfRun, ErrorsThatAreHandledDoNotLiftTheLimit) {
    const Value event = object({{"l", items(1000)}});
    EXPECT_EQ(error(R"(s = "xxxxxxxx"; a = []
for_each(array!(.l)) -> |_i, _v| { a = push(a, upcase(s * 1000000)); x = to_int("x") ?? 1 }
1)",
                    event),
              too_much);
    const std::size_t before = arena_.footprint();
    EXPECT_EQ(error(R"(s = "xxxxxxxx"; for_each(array!(.l)) -> |_i, _v| {
    t = { u = s * 10000000; if length(u) > 1 { to_int("x") } else { 1 } } ?? 2
})",
                    event),
              "none");
    EXPECT_LE(arena_.footprint() - before, memory_of_run);
}

TEST_F(MemoryOfRun, AnErrorThatIsHandledInTimeIsAnOrdinaryOne) {
    const Value event = object({{"t", text(1 << 20)}});
    EXPECT_EQ(
        error(R"(x = decode_gzip(encode_gzip("a" * 200000000)) ?? "large"; assert!(x == "large"))",
              event),
        "none");
}

TEST_F(MemoryOfRun, ValuesThatShareTheirPartsCannotGrowWithoutBound) {
    const Value event = object({{"l", items(100)}});
    const auto begin = std::chrono::steady_clock::now();
    for (const char* program :
         {"x = [1]; for_each(array!(.l)) -> |_i, _v| { x = [x, x] }",
          "x = [1]; for_each(array!(.l)) -> |_i, _v| { x = push(x, x) }",
          "x = {}; for_each(array!(.l)) -> |_i, _v| { x = {\"a\": x, \"b\": x} }",
          ".x = {}; for_each(array!(.l)) -> |_i, _v| { .x.a = .x; .x.b = .x }",
          "x = [1]; for_each(array!(.l)) -> |_i, _v| { x = map_values(array!(.l)) -> |_i| { x } }",
          "x = [1]; x=[x,x]; x=[x,x,x,x,x,x,x,x,x]; x=[x,x,x,x,x,x,x,x,x]; x=[x,x,x,x,x,x,x,x,x]\n"
          "x=[x,x,x,x,x,x,x,x,x]; x=[x,x,x,x,x,x,x,x,x]; x=[x,x,x,x,x,x,x,x,x]; "
          "x=[x,x,x,x,x,x,x,x,x]\nx=[x,x,x,x,x,x,x,x,x]; .x = x"}) {
        EXPECT_NE(error(program, event).find("values are larger than 1024 MiB"), std::string::npos)
            << program;
    }
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(60));
}

TEST_F(MemoryOfRun, FunctionsWhoseResultsAreManyTimesTheirArgumentsEndInAnError) {
    const std::string long_key(1 << 20, 'k');
    const Value wide = object({{long_key, many_keys(2000)}});
    Value deep = items(2 << 20);
    for (int level = 0; level < 100; ++level) {
        deep = array_of(std::vector<Value>{deep}, arena_);
    }
    const Value event =
        object({{"wide", wide},
                {"deep", deep},
                {"keys", many_keys(5000)},
                {"items", items(10'000)},
                {"texts", array_of(std::vector<Value>(1000, text(1 << 20)), arena_)},
                {"text", text(4 << 20)},
                {"more", text(200 << 10)}});
    for (
        const char* program :
        {"flatten(object!(.wide))", "encode_logfmt(object!(.wide))",
         "encode_key_value(object!(.wide))", "encode_json(.deep, pretty: true)",
         "x = object!(.keys); x.items = .items; unnest!(x.items)", "encode_csv!(.texts)",
         "join!(.texts)", R"(parse_regex_all!(.text, r'(?P<x>a)(?P<y>)'))",
         R"(replace(string!(.text), "a", string!(.text)))",
         R"(replace(string!(.text), r'a', string!(.text)))",
         R"(replace_with(string!(.text), r'a') -> |_m| { string!(.text) })",
         R"(sieve(string!(.text), r'aa', replace_single: "-") + join!(.texts))",
         R"(redact(string!(.text), [r'a'], "sha2"))",
         R"(redact(string!(.text), ["us_social_security_number", r'a'], {"type": "text", "replacement": "0123456789012345678901234567890123456789012345678901234567890123456789"}))",
         R"(string!(.text) * 1000)", R"(split(join!(slice!(.texts, 0, 20)), ""))",
         R"(format_number(1000000000000.5, grouping_separator: join!(slice!(.texts, 0, 100))))"}) {
        const std::string message = error(program, event);
        EXPECT_TRUE(message.find("memory for one event") != message.npos ||
                    message.find("too large") != message.npos)
            << program << "\n"
            << message;
    }
}

TEST_F(MemoryOfRun, OrdinaryRunsAreNotHeldBack) {
    const Value event = object({{"l", items(1000)}, {"t", text(8 << 20)}});
    EXPECT_EQ(error(R"(x = []
for_each(array!(.l)) -> |i, _v| { x = push(x, {"i": i, "s": "abc"}) }
.x = x
.y = .x
.copy = .t
.both = string!(.t) + string!(.t))",
                    event),
              "none");
}

TEST_F(MemoryOfRun, ALargeBatchLeavesLessToEach) {
    Arena batch;
    EXPECT_EQ(memory_allowance(batch), memory_of_run);
    std::size_t before = memory_of_run;
    while (batch.footprint() < memory_of_batch) {
        static_cast<void>(batch.allocate(std::size_t{64} << 20));
        EXPECT_LT(memory_allowance(batch), before);
        before = memory_allowance(batch);
    }
    EXPECT_EQ(memory_allowance(batch), std::size_t{1} << 20);
    const Value event = object({{"l", items(40)}});
    EXPECT_EQ(error(R"(s = "x"; for_each(array!(.l)) -> |_i, _v| { s = s + s + "y"; .t = [s] })",
                    event, 2 << 20)
                          .find("the program takes more than 2 MiB of memory for one event") ==
                      std::string::npos
                  ? "another"
                  : "refused",
              "refused");
}

TEST(ArenaMark, WhatWasAllocatedSinceIsFreed) {
    Arena arena;
    const std::string_view kept = arena.copy("kept");
    const Arena::Mark mark = arena.mark();
    const std::size_t footprint = arena.footprint();
    void* const next = arena.allocate(8);
    for (int i = 0; i < 1000; ++i) {
        static_cast<void>(arena.allocate(10'000));
    }
    arena.rewind_to(mark);
    EXPECT_EQ(arena.footprint(), footprint);
    EXPECT_EQ(arena.allocate(8), next);
    EXPECT_EQ(kept, "kept");

    Arena empty;
    const Arena::Mark nothing = empty.mark();
    static_cast<void>(empty.allocate(100'000));
    empty.rewind_to(nothing);
    EXPECT_EQ(empty.footprint(), 0U);
    static_cast<void>(empty.allocate(8));
}

}  // namespace
}  // namespace engine::vrl
