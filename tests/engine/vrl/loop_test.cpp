#include <gtest/gtest.h>

#include "engine/codec/byte_buffer.hpp"
#include "engine/codec/json_writer.hpp"
#include "engine/event/container.hpp"
#include "engine/event/shape.hpp"
#include "engine/vrl/program.hpp"

namespace engine::vrl {
namespace {

/// What programs that loop over `.l`, an array of `items` numbers, end with.
struct Ended {
    Outcome::Kind kind;
    std::string text;  // the result as JSON, or the message
};

Ended run_over(std::size_t items, const std::string& program) {
    Arena arena;
    const auto compiled = compile(SourceText("", program), {});
    EXPECT_TRUE(compiled.has_value()) << program;
    const std::vector<Value> numbers(items, Value::integer(1));
    Member members[] = {{"l", array_of(numbers, arena)}};
    Target target;
    target.event = object_of(members, arena);
    Context context(arena);
    const Outcome outcome = run(**compiled, target, context);
    if (!outcome.ok()) {
        return {outcome.kind, std::string(outcome.message)};
    }
    ByteBuffer out;
    write_json(outcome.value, out);
    return {outcome.kind, std::string(out.view())};
}

TEST(Loop, SeesWhatItAssignedTheTimeBefore) {
    EXPECT_EQ(run_over(3, "x = []\nfor_each(array!(.l)) -> |_i, _v| { x = [x] }\nx").text,
              "[[[[]]]]");
    EXPECT_EQ(run_over(2, "o = {}\nfor_each(array!(.l)) -> |_i, _v| { o = {\"o\": o} }\no").text,
              R"({"o":{"o":{}}})");
    EXPECT_EQ(run_over(2,
                       "s = \"a\"\nfor_each(array!(.l)) -> |_i, _v| { t = [s, 1]; s = s + "
                       "\"b\"; .t = t }\n.t")
                  .text,
              R"(["ab",1])");
}

TEST(Loop, CannotNestValuesWithoutBound) {
    for (const char* program :
         {"x = []\nfor_each(array!(.l)) -> |_i, _v| { x = [x] }\nx",
          ".x = {}\nfor_each(array!(.l)) -> |_i, _v| { .x = {\"x\": .x} }\n.x",
          "%x = {}\nfor_each(array!(.l)) -> |_i, _v| { y = %x; %x.x.x = y }\n%x"}) {
        const Ended ended = run_over(100'000, program);
        EXPECT_EQ(ended.kind, Outcome::Kind::Error) << program;
        EXPECT_NE(ended.text.find("values nest deeper than 900 levels"), std::string::npos)
            << ended.text;
    }
}

}  // namespace
}  // namespace engine::vrl
