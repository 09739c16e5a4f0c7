#include "engine/config/options.hpp"

#include <gtest/gtest.h>

#include "engine/config/document.hpp"
#include "engine/config/reference.hpp"
#include "engine/config/shared_options.hpp"

namespace engine::config {
namespace {

enum class Mode { Fast, Safe };
struct Plain {};
struct Sized {
    std::uint64_t size = 0;
};
using Frame = std::variant<Plain, Sized>;
struct Inner {
    std::uint16_t port = 80;
};
struct Everything {
    bool flag = true;
    std::uint8_t small = 7;
    std::int64_t wide = -1;
    double ratio = 0.5;
    std::string text = "t";
    Mode mode = Mode::Fast;
    std::chrono::milliseconds wait{1500};
    std::chrono::seconds whole{5};
    std::optional<std::string> maybe;
    std::vector<std::string> list;
    std::vector<std::string> one_or_list;
    std::map<std::string, std::string> map;
    std::map<std::string, std::vector<std::string>> lists;
    std::vector<Inner> tables;
    Inner inner;
    std::optional<Inner> optional_inner;
    Inner flat;
    Frame frame;
    std::variant<std::uint64_t, std::string> number_or_word;
    Located<std::string> located;
    ConditionSource condition;
};

OptionTable<Inner> inner_options() {
    return {optional("port", &Inner::port, "Port.").min(1)};
}

OptionTable<Everything> everything() {
    using O = Everything;
    const OptionTable<Plain> plain;
    const OptionTable<Sized> sized{required("size", &Sized::size, "Bytes.", bytes())};
    return {
        optional("flag", &O::flag, "A flag."),
        optional("small", &O::small, "A small number.").max(200),
        optional("wide", &O::wide, "A wide number.").alias("broad"),
        optional("ratio", &O::ratio, "A ratio.").min(0).max(1),
        optional("text", &O::text, "A text.").non_empty(),
        optional("mode", &O::mode, "A mode.",
                 choice<Mode>({{"fast", Mode::Fast, "Quick."}, {"safe", Mode::Safe, "Sure."}})),
        optional("wait_secs", &O::wait, "A wait.", in_seconds<std::chrono::milliseconds>()),
        optional("whole_secs", &O::whole, "Whole seconds."),
        optional("maybe", &O::maybe, "Perhaps."),
        optional("list", &O::list, "A list.").deprecated_name("items"),
        optional("one_or_list", &O::one_or_list, "One or more.",
                 one_or_many(type_of<std::string>())),
        optional("map", &O::map, "A map."),
        optional("lists", &O::lists, "Lists.", one_or_many(type_of<std::string>())),
        optional("tables", &O::tables, "Tables.", inner_options()),
        optional("inner", &O::inner, "A table.", inner_options()),
        optional("optional_inner", &O::optional_inner, "A table.", inner_options()),
        flattened(&O::flat, inner_options()),
        optional("frame", &O::frame, "A frame.",
                 tagged<Frame>("method",
                               {form<Frame>("plain", "As is.", plain),
                                form<Frame>("sized", "By size.", sized)},
                               {.word_alone = true, .default_form = ""})),
        optional("number_or_word", &O::number_or_word, "Either.",
                 either<std::variant<std::uint64_t, std::string>>(
                     {Node::Kind::Integer}, type_of<std::uint64_t>(), type_of<std::string>())),
        optional("located", &O::located, "With its place."),
        optional("condition", &O::condition, "A condition."),
    };
}

struct Read {
    std::unique_ptr<Document> document = std::make_unique<Document>();
    Everything value;
    std::string problems;
    bool good = false;
};

Read read(std::string text) {
    Read result;
    Problems problems;
    EXPECT_TRUE(result.document->add("t.toml", std::move(text), Syntax::Toml, {}, problems))
        << problems.render();
    OptionContext context("x", problems);
    result.good = everything().read(result.document->root(), result.value, context);
    result.problems = problems.render();
    return result;
}

TEST(Options, KeepTheInitialisersOfWhatIsAbsent) {
    const Read result = read("");
    EXPECT_TRUE(result.good) << result.problems;
    EXPECT_EQ(result.value.small, 7);
    EXPECT_EQ(result.value.wait, std::chrono::milliseconds(1500));
}

TEST(Options, AreReadByType) {
    const Read result = read(R"(
flag = false
small = 200
broad = -9_000_000_000
ratio = 1
text = "x"
mode = "safe"
wait_secs = 0.25
whole_secs = 9
maybe = "m"
items = ["a", "b"]
one_or_list = "only"
map = { a = "1", b = "2" }
lists = { a = "1", b = ["2", "3"] }
tables = [{ port = 1 }, {}]
inner.port = 2
optional_inner = { port = 3 }
port = 4
frame = { method = "sized", size = 10 }
number_or_word = "word"
located = "here"
condition = { type = "is_log" }
)");
    EXPECT_TRUE(result.good) << result.problems;
    const Everything& value = result.value;
    EXPECT_FALSE(value.flag);
    EXPECT_EQ(value.small, 200);
    EXPECT_EQ(value.wide, -9'000'000'000);
    EXPECT_EQ(value.ratio, 1.0);
    EXPECT_EQ(value.mode, Mode::Safe);
    EXPECT_EQ(value.wait, std::chrono::milliseconds(250));
    EXPECT_EQ(value.whole, std::chrono::seconds(9));
    EXPECT_EQ(value.maybe, "m");
    EXPECT_EQ(value.list, (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(value.one_or_list, (std::vector<std::string>{"only"}));
    EXPECT_EQ(value.map.at("b"), "2");
    EXPECT_EQ(value.lists.at("a").size(), 1U);
    EXPECT_EQ(value.lists.at("b").size(), 2U);
    EXPECT_EQ(value.tables.size(), 2U);
    EXPECT_EQ(value.tables[1].port, 80);
    EXPECT_EQ(value.inner.port, 2);
    EXPECT_EQ(value.optional_inner->port, 3);
    EXPECT_EQ(value.flat.port, 4);
    EXPECT_EQ(std::get<Sized>(value.frame).size, 10U);
    EXPECT_EQ(std::get<std::string>(value.number_or_word), "word");
    EXPECT_EQ(place(value.located.location), "t.toml:21:11");
    EXPECT_EQ(value.condition.type, "is_log");
    EXPECT_NE(result.problems.find("warning: x: `items` is deprecated"), std::string::npos)
        << result.problems;
}

TEST(Options, TakeTheShortFormOfATaggedUnion) {
    EXPECT_TRUE(read("frame = \"plain\"\n").good);
    const Read result = read("frame = \"sized\"\n");
    EXPECT_FALSE(result.good);
    EXPECT_NE(result.problems.find("missing field `size`"), std::string::npos) << result.problems;
}

TEST(Options, AreAllReportedAtOnce) {
    const Read result = read(R"(
flag = 1
small = 201
ratio = 1.5
text = ""
mode = "fst"
wait_secs = -1
whole_secs = 0.5
tables = [{ port = 0 }, { prt = 1 }]
frame = { method = "plane" }
condition = {}
unknwon = 1
)");
    EXPECT_FALSE(result.good);
    for (const char* phrase :
         {"x.flag: invalid type: integer `1`, expected a boolean",
          "x.small: invalid value: integer `201`, expected value in range [0, 200]",
          "x.ratio: invalid value: floating point `1.5`, expected value in range [0, 1]",
          "x.text: must not be empty", "x.mode: unknown variant `fst`, expected `fast` or `safe`",
          "x.wait_secs: invalid value: integer `-1`",
          "x.whole_secs: invalid type: floating point `0.5`, expected an integer",
          "x.tables[0].port: invalid value: integer `0`, expected 1 or more",
          "x.tables[1]: unknown field `prt`, expected `port`",
          "x.frame.method: unknown variant `plane`", "did you mean `plain`?",
          "x.condition: missing field `type`", "x: unknown field `unknwon`, expected one of"})
        EXPECT_NE(result.problems.find(phrase), std::string::npos) << phrase << "\n"
                                                                   << result.problems;
}

TEST(Options, GiveASchema) {
    const std::string schema = json_schema(everything().describe());
    for (const char* part :
         {"\"additionalProperties\": false", "\"const\": \"safe\"", "\"default\": 1.5",
          "\"maximum\": 200", "\"const\": \"sized\"", "\"minLength\": 1"})
        EXPECT_NE(schema.find(part), std::string::npos) << part << "\n" << schema;
}

TEST(Options, GiveAReferencePage) {
    const std::string page =
        reference_page({"everything", "All there is.", everything().describe()});
    for (const char* line :
         {"# `everything`", "| `wait_secs` | number of seconds, 0 or more | `1.5` | A wait. |",
          "| `mode` | `fast` \\| `safe` | `\"fast\"` | A mode. |",
          "| `frame.method = \"sized\"` | | | By size. |",
          "| `inner.port` | integer, 1 or more | `80` | Port. |", "Formerly `items`."})
        EXPECT_NE(page.find(line), std::string::npos) << line << "\n" << page;
}

TEST(Options, GiveASnippetThatReads) {
    const std::string snippet = toml_snippet(everything().describe(), SnippetDetail::All);
    const Read result = read(snippet);
    EXPECT_TRUE(result.good) << snippet << result.problems;
    EXPECT_NE(snippet.find("wait_secs = 1.5 # A wait."), std::string::npos) << snippet;
}

TEST(Buffer, HasStagesOfMemoryAndDisk) {
    Problems problems;
    Document document;
    ASSERT_TRUE(document.add("t.toml",
                             "[[buffer]]\ntype = \"memory\"\nmax_events = 5\n"
                             "when_full = \"overflow\"\n[[buffer]]\ntype = \"disk\"\n"
                             "max_size = 1_000\nsync = \"interval\"\n",
                             Syntax::Toml, {}, problems));
    OptionContext context("", problems);
    BufferOptions options;
    EXPECT_TRUE(buffer().read(document.root().find("buffer")->value, options, context));
    EXPECT_EQ(problems.render(), "");
    ASSERT_EQ(options.stages.size(), 2U);
    EXPECT_FALSE(options.durable());
    EXPECT_EQ(std::get<MemoryBufferOptions>(options.stages[0]).max_events, 5U);
    EXPECT_EQ(std::get<DiskBufferOptions>(options.stages[1]).sync, DiskSync::Interval);
}

}  // namespace
}  // namespace engine::config
