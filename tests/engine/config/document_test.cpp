#include "engine/config/document.hpp"

#include <gtest/gtest.h>

#include <fmt/format.h>

namespace engine::config {
namespace {

struct Loaded {
    Document document;
    Problems problems;
    bool good = false;
};

Loaded load(std::string text, Syntax syntax, Environment environment = {}) {
    Loaded loaded;
    loaded.good = loaded.document.add("f", std::move(text), syntax, environment, loaded.problems);
    return loaded;
}

/// Every leaf as "path=description@line:column-column".
void leaves(const Node& node, const std::string& path, std::vector<std::string>& out) {
    if (node.is(Node::Kind::Table)) {
        for (const auto& entry : node.entries())
            leaves(entry.value, path.empty() ? entry.key : path + "." + entry.key, out);
        return;
    }
    if (node.is(Node::Kind::Array)) {
        for (std::size_t i = 0; i < node.items().size(); ++i)
            leaves(node.items()[i], fmt::format("{}[{}]", path, i), out);
        return;
    }
    const Span span = node.location().span;
    const Position begin = node.location().file->position(span.begin);
    out.push_back(fmt::format("{}={}@{}:{}+{}", path, node.describe(), begin.line, begin.column,
                              span.size()));
}

std::vector<std::string> leaves(const Loaded& loaded) {
    std::vector<std::string> out;
    leaves(loaded.document.root(), "", out);
    return out;
}

using Leaves = std::vector<std::string>;

TEST(Document, ReadsTomlWithPlacesInFileOrder) {
    const Loaded loaded =
        load("z = 1\n[s.out]\nk = \"é\"\nb.c = true\nd = 1979-05-27\n[s.out.q]\nx = [1.5, 'l']\n",
             Syntax::Toml);
    ASSERT_TRUE(loaded.good) << loaded.problems.render();
    EXPECT_EQ(
        leaves(loaded),
        (Leaves{"z=integer `1`@1:5+1", "s.out.k=string \"é\"@3:5+4",
                "s.out.b.c=boolean `true`@4:7+4", "s.out.d=date-time `1979-05-27`@5:5+10",
                "s.out.q.x[0]=floating point `1.5`@7:6+3", "s.out.q.x[1]=string \"l\"@7:11+3"}));
}

TEST(Document, ReadsYamlScalarsByTheCoreSchema) {
    const Loaded loaded = load(
        "a: 0x1F\nb: \"12\"\nc: yes\nd: ~\ne: -1e3\nf: 007\ng: .inf\n"
        "h: [true, 'q']\ni: 1.2.3\n",
        Syntax::Yaml);
    ASSERT_TRUE(loaded.good) << loaded.problems.render();
    EXPECT_EQ(leaves(loaded),
              (Leaves{"a=integer `31`@1:4+4", "b=string \"12\"@2:4+4", "c=string \"yes\"@3:4+3",
                      "d=null@4:4+1", "e=floating point `-1000`@5:4+4", "f=string \"007\"@6:4+3",
                      "g=floating point `inf`@7:4+4", "h[0]=boolean `true`@8:5+4",
                      "h[1]=string \"q\"@8:11+3", "i=string \"1.2.3\"@9:4+5"}));
}

TEST(Document, MergesYamlAnchors) {
    const Loaded loaded = load("base: &b\n  x: 1\n  y: 2\nuse:\n  <<: *b\n  y: 3\n", Syntax::Yaml);
    ASSERT_TRUE(loaded.good) << loaded.problems.render();
    const Node& use = loaded.document.root().find("use")->value;
    EXPECT_EQ(use.find("x")->value.as_integer(), 1);
    EXPECT_EQ(use.find("y")->value.as_integer(), 3);
}

TEST(Document, TakesOneYamlDocument) {
    EXPECT_TRUE(load("", Syntax::Yaml).good);
    EXPECT_TRUE(load("# nothing\n", Syntax::Yaml).good);
    EXPECT_TRUE(load("---\na: 1\n...\n", Syntax::Yaml).good);
    EXPECT_FALSE(load("a: 1\n---\nb: 2\n", Syntax::Yaml).good);
    EXPECT_FALSE(load(",", Syntax::Yaml).good);
}

TEST(Document, ReadsJsonWithPlaces) {
    const Loaded loaded =
        load("{\"a\": {\"b\\n\": [1, -2.5, \"x\\ty\"]},\n \"n\": null, \"t\": true}", Syntax::Json);
    ASSERT_TRUE(loaded.good) << loaded.problems.render();
    EXPECT_EQ(
        leaves(loaded),
        (Leaves{"a.b\n[0]=integer `1`@1:16+1", "a.b\n[1]=floating point `-2.5`@1:19+4",
                "a.b\n[2]=string \"x\\ty\"@1:25+6", "n=null@2:7+4", "t=boolean `true`@2:18+4"}));
}

TEST(Document, RefusesWhatIsNestedTooDeeply) {
    const std::string deep(5'000, '[');
    EXPECT_FALSE(load("a = " + deep, Syntax::Toml).good);
    EXPECT_FALSE(load("a: " + deep, Syntax::Yaml).good);
    EXPECT_FALSE(load("{\"a\":" + deep, Syntax::Json).good);
    std::string bomb = "a0: &a0 [1,1,1,1,1,1,1,1,1,1]\n";
    for (int i = 1; i < 9; ++i) {
        const std::string star = fmt::format("*a{}", i - 1);
        bomb += fmt::format("a{0}: &a{0} [{1},{1},{1},{1},{1},{1},{1},{1},{1},{1}]\n", i, star);
    }
    EXPECT_FALSE(load(bomb, Syntax::Yaml).good);
}

TEST(Document, RefusesLettersThatKeysCannotHave) {
    for (const char* text : {"\xC8\xA8 = 1\n", "a \xC8\xA8\n", "[\xC8\xA8]\n", "[a\xC8\xA8]\n",
                             "a = \xC8\xA8\n", "a.\xC8\xA8 = 1\n"})
        EXPECT_FALSE(load(text, Syntax::Toml).good) << text;
    EXPECT_TRUE(load("a = \"\"\"x\\\n  \xC8\xA8\"\"\" # \xC8\xA8\n", Syntax::Toml).good);
}

std::optional<std::string> environment(const std::string& name) {
    if (name == "HOST")
        return "example.org";
    if (name == "N")
        return "5";
    if (name == "EMPTY")
        return "";
    return std::nullopt;
}

std::string interpolated(std::string text, Syntax syntax = Syntax::Toml) {
    Problems problems;
    const SourceText file("f", std::move(text));
    return interpolate(file, syntax, environment, problems).text + problems.render();
}

TEST(Interpolation, KnowsEveryForm) {
    EXPECT_EQ(interpolated("a = \"$HOST:${N}\""), "a = \"example.org:5\"");
    EXPECT_EQ(interpolated("${UNSET:-x}${EMPTY:-y}${EMPTY-z}${UNSET-}"), "xy");
    EXPECT_EQ(interpolated("$$HOST $${N} $1 ${1} $ $"), "$HOST ${N} $1 ${1} $ $");
    EXPECT_EQ(interpolated("${UNSET:-a b:c}"), "a b:c");
    EXPECT_EQ(interpolated("SECRET[a.b]"), "SECRET[a.b]");
}

TEST(Interpolation, LeavesCommentsAlone) {
    EXPECT_EQ(interpolated("a = \"#$N\" # $N\n# ${UNSET}\nb = '''\n# $N'''"),
              "a = \"#5\" # $N\n# ${UNSET}\nb = '''\n# 5'''");
    EXPECT_EQ(
        interpolated("a: it's # $N\nb: \"# $N\" # $N\nc: |\n  # $N\nd: x#$N # $N\n", Syntax::Yaml),
        "a: it's # $N\nb: \"# 5\" # $N\nc: |\n  # 5\nd: x#5 # $N\n");
    EXPECT_EQ(interpolated("- a: |\n    # $N\n  # $N\n", Syntax::Yaml),
              "- a: |\n    # 5\n  # $N\n");
}

TEST(Interpolation, PointsIntoTheFileAsWritten) {
    const Loaded loaded = load("h = \"${HOST}\"\nn = ${N}\nlast = 3\n", Syntax::Toml, environment);
    ASSERT_TRUE(loaded.good) << loaded.problems.render();
    EXPECT_EQ(leaves(loaded), (Leaves{"h=string \"example.org\"@1:5+9", "n=integer `5`@2:5+4",
                                      "last=integer `3`@3:8+1"}));
}

TEST(Node, LocatesPartsOfStrings) {
    const Loaded loaded = load("s = '''\n.a = foo\n'''\ne = \"a\\tb\"\n", Syntax::Toml);
    const Node& program = loaded.document.root().find("s")->value;
    EXPECT_EQ(place(program.location_within(5, 8)), "f:2:6");
    const Node& escaped = loaded.document.root().find("e")->value;
    EXPECT_EQ(place(escaped.location_within(2, 3)), "f:4:5");
}

TEST(Document, AddsComponentsFromFoldersOverThoseOfFiles) {
    Problems problems;
    Document document;
    ASSERT_TRUE(document.add("a", "[sources.in]\ntype = \"stdin\"\n", Syntax::Toml, {}, problems));
    ASSERT_TRUE(document.add_component("sources", "in", "in.yaml", "type: demo_logs\n",
                                       Syntax::Yaml, {}, problems));
    const Node& sources = document.root().find("sources")->value;
    EXPECT_EQ(sources.find("in")->value.find("type")->value.as_string(), "demo_logs");
}

}  // namespace
}  // namespace engine::config
