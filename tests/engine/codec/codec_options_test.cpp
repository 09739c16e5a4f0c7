#include "engine/codec/codec_options.hpp"

#include <gtest/gtest.h>

#include "engine/config/problems.hpp"

namespace engine {
namespace {

using config::Node;

/// What a table makes of these entries, and the messages.
template <typename T>
std::pair<T, std::vector<std::string>> read(const config::OptionTable<T>& table,
                                            std::vector<Node::Entry> entries) {
    config::Problems problems;
    config::OptionContext context("sinks.out", problems);
    T value{};
    table.read(Node::table(std::move(entries)), value, context);
    std::vector<std::string> messages;
    for (const auto& problem : problems.all())
        messages.push_back(problem.diagnostic.message);
    return {value, messages};
}

Node::Entry entry(std::string key, Node value) {
    Node::Entry result{};
    result.key = std::move(key);
    result.value = std::move(value);
    return result;
}

TEST(CodecOptions, TablesDescribeTheirOptions) {
    const auto names = [](const auto& table) {
        std::vector<std::string> result;
        for (const auto& option : table.describe())
            result.push_back(option.name);
        return result;
    };
    EXPECT_EQ(names(decoding_options()),
              (std::vector<std::string>{"codec", "json", "native_json", "vrl"}));
    EXPECT_EQ(names(framing_options()),
              (std::vector<std::string>{"method", "newline_delimited", "character_delimited",
                                        "length_delimited", "octet_counting", "max_frame_length"}));
    EXPECT_EQ(names(encoding_options()),
              (std::vector<std::string>{"codec", "only_fields", "except_fields", "timestamp_format",
                                        "metric_tag_values", "json", "csv"}));
    EXPECT_EQ(names(event_framing_options()),
              (std::vector<std::string>{"method", "character_delimited", "length_delimited",
                                        "max_frame_length"}));
}

TEST(CodecOptions, ReadsWhatIsBuiltAndNamesWhatIsNot) {
    const auto [encoding, messages] = read(
        encoding_options(),
        {entry("codec", Node::string("json")), entry("timestamp_format", Node::string("unix_ms")),
         entry("only_fields", Node::array({Node::string("a.b")})),
         entry("json", Node::table({entry("pretty", Node::boolean(true))}))});
    EXPECT_EQ(messages, std::vector<std::string>{});
    EXPECT_EQ(encoding.codec, "json");
    EXPECT_EQ(encoding.timestamp_format, TimestampFormat::UnixMs);
    EXPECT_EQ(encoding.only_fields->at(0).to_string(), ".a.b");
    EXPECT_TRUE(encoding.json.pretty);

    const auto unbuilt = read(encoding_options(), {entry("codec", Node::string("avro"))}).second;
    ASSERT_EQ(unbuilt.size(), 1);
    EXPECT_NE(unbuilt[0].find("the encoding codec `avro` is not available in this build"),
              std::string::npos);
    const auto missing =
        read(framing_options(), {entry("method", Node::string("length_delimited"))}).second;
    ASSERT_EQ(missing.size(), 1);
    EXPECT_NE(missing[0].find("missing field `length_delimited`"), std::string::npos);
}

TEST(CodecOptions, DelimitersAreOneCharacter) {
    const auto with = [](std::string delimiter) {
        return read(framing_options(),
                    {entry("method", Node::string("character_delimited")),
                     entry("character_delimited",
                           Node::table({entry("delimiter", Node::string(std::move(delimiter)))}))});
    };
    EXPECT_EQ(with("|").first.character_delimited->delimiter, '|');
    EXPECT_TRUE(with("|").second.empty());
    EXPECT_FALSE(with("ab").second.empty());
}

}  // namespace
}  // namespace engine
