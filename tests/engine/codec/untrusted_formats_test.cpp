#include <gtest/gtest.h>

#include <string>

#include "engine/codec/cbor_parser.hpp"
#include "engine/codec/xml_parser.hpp"
#include "engine/codec/yaml_parser.hpp"

namespace engine {
namespace {

std::string yaml_error(const std::string& text) {
    Arena arena;
    const auto value = parse_yaml(text, arena);
    return value ? "" : value.error();
}

std::string xml_error(const std::string& text) {
    Arena arena;
    const auto value = parse_xml(text, {}, arena);
    return value ? "" : value.error();
}

std::string cbor_error(const std::string& bytes) {
    Arena arena;
    const auto value = parse_cbor(bytes, arena);
    return value ? "" : value.error();
}

TEST(YamlParser, TakesAnEmptyText) {
    Arena arena;
    EXPECT_TRUE(parse_yaml({}, arena).value().is_null());
}

TEST(YamlParser, RefusesAliasesThatMultiply) {
    std::string text = "a0: &a0 x\n";
    for (int i = 1; i < 40; ++i) {
        const std::string before = "*a" + std::to_string(i - 1);
        text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before + ", " +
                before + ", " + before + ", " + before + "]\n";
    }
    EXPECT_TRUE(yaml_error(text).find("repetition limit exceeded") != std::string::npos)
        << yaml_error(text);
}

TEST(YamlParser, RefusesAnchorsInsideThemselves) {
    EXPECT_EQ(yaml_error("a: &a [*a]"), "a[0]: recursion limit exceeded at line 1 column 8");
}

TEST(YamlParser, RefusesDeepNesting) {
    EXPECT_EQ(yaml_error(std::string(128, '[') + std::string(128, ']')), "");
    EXPECT_NE(yaml_error(std::string(129, '[') + std::string(129, ']')), "");
    EXPECT_NE(yaml_error(std::string(100'000, '[')), "");
}

TEST(YamlParser, CountsTheDepthOfAliases) {
    std::string text = "- &a0 [x]\n";
    for (int i = 1; i < 130; ++i) {
        text += "- &a" + std::to_string(i) + " [*a" + std::to_string(i - 1) + "]\n";
    }
    EXPECT_NE(yaml_error(text), "");
}

TEST(XmlParser, RefusesDeepNesting) {
    std::string open;
    std::string close;
    for (int i = 0; i < 1024; ++i) {
        open += "<a>";
        close += "</a>";
    }
    EXPECT_EQ(xml_error(open + close), "");
    EXPECT_EQ(xml_error("<a>" + open + close + "</a>"), "nodes limit reached");
}

TEST(XmlParser, RefusesEntityDeclarations) {
    EXPECT_EQ(xml_error("<!DOCTYPE a [<!ENTITY b \"x\">]><a>&b;</a>"), "XML with DTD detected");
}

TEST(XmlParser, SaysWhereTextIsMalformed) {
    EXPECT_EQ(xml_error("<a"), "unexpected end of stream");
    EXPECT_EQ(xml_error("<a>"), "the root node was opened but never closed");
    EXPECT_EQ(xml_error("<a b='1' b='2'/>"), "attribute 'b' at 1:10 is already defined");
    EXPECT_EQ(xml_error("<n:a/>"), "an unknown namespace prefix 'n' at 1:1");
}

TEST(CborParser, RefusesDeepNestingAndImpossibleSizes) {
    EXPECT_EQ(cbor_error(std::string(100'000, '\x81')), "RecursionLimitExceeded");
    EXPECT_EQ(cbor_error("\x9b\xff\xff\xff\xff\xff\xff\xff\xff"), "Io(EndOfFile(()))");
    EXPECT_EQ(cbor_error("\x7b\xff\xff\xff\xff\xff\xff\xff\xff"), "Io(EndOfFile(()))");
    EXPECT_EQ(cbor_error("\x1c"), "Syntax(0)");
}

}  // namespace
}  // namespace engine
