#include "engine/event/path.hpp"

#include <gtest/gtest.h>

#include "engine/codec/json_parser.hpp"
#include "engine/codec/json_writer.hpp"

namespace engine {
namespace {

/// A JSON document that is changed by paths.
struct Document {
    Arena arena;
    std::string text;
    Value root;

    explicit Document(std::string json) : text(std::move(json)) {
        root = JsonParser::local().parse(text, arena).value();
    }
    static std::vector<PathSegment> at(std::string_view path) {
        return Path::parse(path).value().segments;
    }
    Document& set(std::string_view path, std::int64_t value) {
        insert(root, at(path), Value::integer(value), arena);
        return *this;
    }
    Document& drop(std::string_view path, bool prune = false) {
        remove(root, at(path), prune, arena);
        return *this;
    }
    [[nodiscard]] std::string json() const {
        ByteBuffer out;
        write_json(root, out);
        return std::string(out.view());
    }
};

TEST(Path, ParsesAndPrints) {
    for (const auto& [text, printed] :
         std::vector<std::pair<std::string, std::string>>{{"a.b", ".a.b"},
                                                          {".a.b[0]", ".a.b[0]"},
                                                          {".\"q r\"[-1].c", ".\"q r\"[-1].c"},
                                                          {"%meta.a", "%meta.a"},
                                                          {".", "."},
                                                          {"%", "%"},
                                                          {"\"a\\\"b\"", ".\"a\\\"b\""},
                                                          {"[2]", ".[2]"}})
        EXPECT_EQ(Path::parse(text).value().to_string(), printed);
}

TEST(Path, RefusesWhatIsNoPath) {
    for (const std::string_view text : {"", "a.", "a..b", "a[", "a[x]", "a[1", "\"a", "a b", ".."})
        EXPECT_FALSE(Path::parse(text)) << text;
}

TEST(Path, GetsMembersAndItems) {
    const Document document(R"({"a":{"b":[1,{"c":2}]}})");
    EXPECT_EQ(get(document.root, Document::at("a.b[1].c"))->as_integer(), 2);
    EXPECT_EQ(get(document.root, Document::at("a.b[-2]"))->as_integer(), 1);
    EXPECT_EQ(get(document.root, Document::at("a.b[2]")), nullptr);
    EXPECT_EQ(get(document.root, Document::at("a.b.c")), nullptr);
    EXPECT_EQ(get(document.root, Document::at("a[0]")), nullptr);
    EXPECT_EQ(get(document.root, {}), &document.root);
}

TEST(Path, InsertMakesWhatIsMissing) {
    EXPECT_EQ(Document("{}").set("a.b[2].c", 1).json(), R"({"a":{"b":[null,null,{"c":1}]}})");
    EXPECT_EQ(Document(R"({"a":5})").set("a.b", 1).json(), R"({"a":{"b":1}})");
    EXPECT_EQ(Document(R"({"a":[1]})").set("a[-3]", 9).json(), R"({"a":[9,null,1]})");
    EXPECT_EQ(Document(R"({"a":{"x":0}})").set("a[0]", 1).json(), R"({"a":[1]})");
}

TEST(Path, RemovePrunesWhenAsked) {
    EXPECT_EQ(Document(R"({"a":{"b":1},"c":2})").drop("a.b").json(), R"({"a":{},"c":2})");
    EXPECT_EQ(Document(R"({"a":{"b":1},"c":2})").drop("a.b", true).json(), R"({"c":2})");
    EXPECT_EQ(Document(R"({"a":[[1]]})").drop("a[0][0]", true).json(), R"({})");
    EXPECT_EQ(Document(R"({"a":[1,2,3]})").drop("a[-1]").json(), R"({"a":[1,2]})");
    EXPECT_EQ(Document(R"({"a":1})").drop(".").json(), "{}");
    EXPECT_EQ(Document(R"({"a":1})").drop("b").json(), R"({"a":1})");
}

}  // namespace
}  // namespace engine
