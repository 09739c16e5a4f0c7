#include <gtest/gtest.h>

#include "engine/codec/event_encoder.hpp"
#include "engine/codec/json_parser.hpp"
#include "engine/codec/json_writer.hpp"
#include "engine/codec/stream_decoder.hpp"

namespace engine {
namespace {

/// What comes out as JSON lines when `input` goes in as lines, with errors as lines of their own.
std::string through(const std::string& input, bool lossy = true) {
    DecodingOptions options;
    options.codec = "json";
    options.json.lossy = lossy;
    const EventDecoder decoder = EventDecoder::make(options, {}).value();
    StreamDecoder stream = decoder.open();
    DecodedEvents events;
    EXPECT_TRUE(stream.decode(SlabRef::copy_of(input), events));
    EXPECT_TRUE(stream.finish(events));
    EncodingOptions encoding;
    encoding.codec = "json";
    const EventEncoder encoder = EventEncoder::make(encoding).value();
    EncodedEvents encoded;
    for (const BatchRef& batch : events.take()) {
        encoder.encode_batch(*batch, 0, batch->size(), encoded);
    }
    std::string result(encoded.bytes.view());
    for (const Error& error : stream.take_errors()) {
        result += error.message + "\n";
    }
    return result;
}

TEST(JsonCodec, SortsKeysAtEveryLevel) {
    EXPECT_EQ(through(R"({"b":1,"a":{"d":[1,{"z":1,"y":2}],"c":null},"B":true})"
                      "\n"),
              R"({"B":true,"a":{"c":null,"d":[1,{"y":2,"z":1}]},"b":1})"
              "\n");
}

TEST(JsonCodec, ArrayIsSeveralEvents) {
    EXPECT_EQ(through("[{\"a\":1},{\"a\":2}]\n[]\n\n{}\n"), "{\"a\":1}\n{\"a\":2}\n{}\n");
}

TEST(JsonCodec, LastOfDuplicateKeysWins) {
    EXPECT_EQ(through("{\"a\":1,\"b\":0,\"a\":2}"), "{\"a\":2,\"b\":0}\n");
}

TEST(JsonCodec, LargeIntegerBecomeStringsThenFloats) {
    EXPECT_EQ(through(R"({"i":9223372036854775807,"j":9223372036854775808,)"
                      R"("k":18446744073709551615,"l":18446744073709551616,)"
                      R"("m":-9223372036854775809,"n":-9223372036854775808,"o":-0})"),
              R"({"i":9223372036854775807,"j":"9223372036854775808",)"
              R"("k":"18446744073709551615","l":1.8446744073709552e+19,)"
              R"("m":-9.223372036854776e+18,"n":-9223372036854775808,"o":-0.0})"
              "\n");
}

TEST(JsonCodec, FloatsHaveTheShortestText) {
    EXPECT_EQ(through(R"({"a":1.0,"b":0.1,"c":1e16,"d":1e15,"e":123456789.123456789,"f":1e-5,)"
                      R"("g":1e-6,"h":1.7976931348623157e308,"i":5e-324,"j":-0.0,"k":100000.0,)"
                      R"("o":1e21,"q":123456789012345680.0,"s":1.5e16,"t":0.0001,)"
                      R"("u":0.00001234,"v":1e-400})"),
              R"({"a":1.0,"b":0.1,"c":1e+16,"d":1000000000000000.0,"e":123456789.12345679,)"
              R"("f":0.00001,"g":1e-6,"h":1.7976931348623157e+308,"i":5e-324,"j":-0.0,)"
              R"("k":100000.0,"o":1e+21,"q":1.2345678901234568e+17,"s":1.5e+16,"t":0.0001,)"
              R"("u":0.00001234,"v":0.0})"
              "\n");
}

TEST(JsonCodec, EscapesAreReadAndWritten) {
    EXPECT_EQ(through(R"({"a":"q\" b\\ s\/ \b\f\n\r\t \u0000\u001f \u007f é \u00e9\ud83d\ude00"})"),
              "{\"a\":\"q\\\" b\\\\ s/ \\b\\f\\n\\r\\t \\u0000\\u001f \x7f é é😀\"}\n");
    EXPECT_EQ(through(R"({"a\nb":1,"long key with an \u0041 in it, past sixteen bytes":2})"),
              R"({"a\nb":1,"long key with an A in it, past sixteen bytes":2})"
              "\n");
}

TEST(JsonCodec, IllFormedUtf8IsReplacedUnlessStrict) {
    EXPECT_EQ(through("{\"a\":\"x\xff\xe2\x82y\"}"), "{\"a\":\"x\xef\xbf\xbd\xef\xbf\xbdy\"}\n");
    EXPECT_EQ(through("{\"a\":\"\xff\"}\n{\"a\":\"ok\"}\n", false),
              "{\"a\":\"ok\"}\n"
              "Error parsing JSON: Error(\"invalid unicode code point\", line: 1, column: 8)\n");
}

TEST(JsonCodec, RefusalsReadAsTheReferences) {
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"{\"a\":1", "EOF while parsing an object\", line: 1, column: 6"},
        {"   ", "EOF while parsing a value\", line: 1, column: 3"},
        {"\xef\xbb\xbf{\"a\":1}", "expected value\", line: 1, column: 1"},
        {"{\"a\":1} x", "trailing characters\", line: 1, column: 9"},
        {"{\"a\":1e400}", "number out of range\", line: 1, column: 10"},
        {"{\"i\":9223372036854775807,\"j\":9223372036854775808,\"k\":18446744073709551616,"
         "\"f\":1e400}",
         "number out of range\", line: 1, column: 83"},
        {"{\"a\":\"\\u00e9\\ud83d\\ude00 \\ud800\"}",
         "unexpected end of hex escape\", line: 1, column: 32"},
        {"not json", "expected ident\", line: 1, column: 2"},
        {"[1,]", "trailing comma\", line: 1, column: 4"},
        {"{\"a\":1,}", "trailing comma\", line: 1, column: 8"},
        {"{\"a\" 1}", "expected `:`\", line: 1, column: 6"},
        {"{1:2}", "key must be a string\", line: 1, column: 2"},
        {"[1 2]", "expected `,` or `]`\", line: 1, column: 4"},
        {"{\"a\":01}", "invalid number\", line: 1, column: 7"},
        {"{\"a\":\"\x01\"}",
         "control character (\\\\u0000-\\\\u001F) found while parsing a string\", line: 1, "
         "column: 7"},
    };
    for (const auto& [text, error] : cases) {
        EXPECT_EQ(through(text), "Error parsing JSON: Error(\"" + error + ")\n") << text;
    }
}

TEST(JsonCodec, NestingEndsAt127Levels) {
    const auto nested = [](std::size_t levels) {
        std::string text;
        for (std::size_t i = 0; i < levels; ++i)
            text += "{\"a\":";
        return text + "1" + std::string(levels, '}');
    };
    EXPECT_EQ(through(nested(127)), nested(127) + "\n");
    EXPECT_EQ(through(nested(130)),
              "Error parsing JSON: Error(\"recursion limit exceeded\", line: 1, column: 636)\n");
}

TEST(JsonCodec, OnlyObjectsAreEvents) {
    const std::string refused = "Attempted to convert non-Object JSON into an Event.\n";
    EXPECT_EQ(through("5\n\"s\"\n[1,2]\n[{\"a\":1},2]\n"), refused + refused + refused + refused);
}

TEST(JsonCodec, MalformedTextNeverPasses) {
    for (const std::string_view text : {"{\"a\":truex}",
                                        "{\"a\":1\"b\"}",
                                        "{\"a\":nul}",
                                        "{\"a\":1.}",
                                        "{\"a\":.5}",
                                        "{\"a\":+1}",
                                        "{\"a\":1e}",
                                        "{\"a\":-}",
                                        "{\"a\":\"x}",
                                        "{\"a\":1}}",
                                        "{,}",
                                        "{\"a\"}",
                                        "[}",
                                        "{]",
                                        "{\"a\":\"\\x\"}",
                                        "{\"a\":\"\\udc00\"}",
                                        "\"",
                                        "{\"a\":1,\"b\"}",
                                        "]",
                                        "{\"a\":1:2}",
                                        "{\"a\":tru",
                                        "{\"a\":-01}",
                                        "{\"a\":0x1}",
                                        "{\"a\":1 1}"}) {
        Arena arena;
        EXPECT_FALSE(JsonParser::local().parse(text, arena)) << text;
        EXPECT_NE(describe_json_error(text), "") << text;
    }
}

TEST(JsonCodec, LongStringsAreViewsOfTheFrame) {
    const std::string text = R"({"message":"a string that does not fit inside a value"})";
    Arena arena;
    const Value root = JsonParser::local().parse(text, arena).value();
    const std::string_view message = root.as_object().find("message")->as_bytes();
    EXPECT_GE(message.data(), text.data());
    EXPECT_LT(message.data(), text.data() + text.size());
}

TEST(JsonWriter, PrettyIndentsByTwo) {
    Arena arena;
    const Value root = JsonParser::local().parse(R"({"a":[1,{"b":[]}],"c":{}})", arena).value();
    ByteBuffer out;
    write_json(root, out, JsonLayout::Pretty);
    EXPECT_EQ(out.view(),
              "{\n  \"a\": [\n    1,\n    {\n      \"b\": []\n    }\n  ],\n  \"c\": {}\n}");
}

TEST(JsonWriter, TimestampsHaveNoneOr3Or6Or9FractionDigits) {
    const auto text = [](Timestamp timestamp) {
        ByteBuffer out;
        write_rfc3339(timestamp, out);
        return std::string(out.view());
    };
    EXPECT_EQ(text({1709528767, 123456789}), "2024-03-04T05:06:07.123456789Z");
    EXPECT_EQ(text({1709528767, 123450000}), "2024-03-04T05:06:07.123450Z");
    EXPECT_EQ(text({1709528767, 120000000}), "2024-03-04T05:06:07.120Z");
    EXPECT_EQ(text({-2, 500000000}), "1969-12-31T23:59:58.500Z");
    EXPECT_EQ(text({-62135596800, 0}), "0001-01-01T00:00:00Z");
    EXPECT_EQ(text({253402300799, 0}), "9999-12-31T23:59:59Z");
    EXPECT_EQ(text({951782400, 0}), "2000-02-29T00:00:00Z");
}

TEST(JsonWriter, StringsOfAllLengthsAndPositionsEscape) {
    for (std::size_t size = 0; size < 70; ++size) {
        for (std::size_t at = 0; at < size; at += 3) {
            std::string text(size, 'x');
            text[at] = '\n';
            ByteBuffer out;
            write_json_string(text, out);
            Arena arena;
            const Value read = JsonParser::local().parse(out.view(), arena).value();
            EXPECT_EQ(read.as_bytes(), text);
        }
    }
}

TEST(JsonWriter, HugeStringsRoundTrip) {
    std::string text;
    for (int i = 0; i < 100000; ++i)
        text += i % 7 == 0 ? "\"" : i % 5 == 0 ? "€" : "plain";
    ByteBuffer out;
    write_json_string(text, out);
    Arena arena;
    const Value read = JsonParser::local().parse(out.view(), arena).value();
    EXPECT_EQ(read.as_bytes(), text);
}

}  // namespace
}  // namespace engine
