#include <gtest/gtest.h>

#include "engine/codec/event_encoder.hpp"
#include "engine/codec/json_parser.hpp"
#include "engine/event/container.hpp"

namespace engine {
namespace {

Path path(std::string_view text) {
    return Path::parse(text).value();
}

/// Logs of these JSON objects.
BatchRef logs(const std::vector<std::string>& objects) {
    BatchRef batch = Batch::make(EventKind::Log);
    for (const std::string& object : objects) {
        const SlabRef slab = SlabRef::copy_of(object);
        batch->retain(slab);
        batch->push(JsonParser::local().parse(slab.view(), batch->arena()).value());
    }
    return batch;
}

std::string encoded(const Batch& batch, const EncodingOptions& options,
                    const std::optional<EventFramingOptions>& framing = {}) {
    const EventEncoder encoder = EventEncoder::make(options, framing).value();
    EncodedEvents events;
    encoder.encode_batch(batch, 0, batch.size(), events);
    EXPECT_EQ(events.ends.size(), batch.size());
    std::string text(events.bytes.view());
    for (const auto& failure : events.failed)
        text += "error: " + failure.error.message + "\n";
    return text;
}

EncodingOptions codec(std::string name) {
    EncodingOptions options;
    options.codec = std::move(name);
    return options;
}

TEST(Encoder, UnknownCodecIsNamed) {
    EXPECT_EQ(EventEncoder::make(codec("avro")).error().message,
              "the encoding codec `avro` is not available in this build");
}

TEST(Encoder, TextIsTheMessage) {
    const BatchRef batch =
        logs({R"({"message":"hi \"x\"\n2nd"})", R"({"message":5})", R"({"message":null})",
              R"({"message":[1,2]})", R"({"message":1.0})", R"({"a":1})", R"({"message":true})"});
    EXPECT_EQ(encoded(*batch, codec("text")), "hi \"x\"\n2nd\n5\n<null>\n[1,2]\n1\n\ntrue\n");
    EXPECT_EQ(encoded(*batch, codec("raw_message")), encoded(*batch, codec("text")));
}

TEST(Encoder, PlainFloatsHaveNoExponent) {
    const BatchRef batch =
        logs({R"({"message":1.0})", R"({"message":0.1})", R"({"message":123456789.123456789})",
              R"({"message":-0.0})", R"({"message":123456789012345680.0})",
              R"({"message":0.00001234})", R"({"message":-1.5e20})", R"({"message":1e300})"});
    EXPECT_EQ(encoded(*batch, codec("text")),
              "1\n0.1\n123456789.12345679\n-0\n123456789012345680\n0.00001234\n"
              "-150000000000000000000\n1" +
                  std::string(300, '0') + "\n");
}

TEST(Encoder, OnlyFieldsAreChosen) {
    const BatchRef batch =
        logs({R"({"n":1,"obj":{"k":"v","x":1},"arr":[1,"two",3],"a.b":1,"rest":0})"});
    EncodingOptions options = codec("json");
    options.only_fields = {{path("n"), path("obj.k"), path("arr[1]"), path("zz"), path("\"a.b\"")}};
    EXPECT_EQ(encoded(*batch, options), R"({"a.b":1,"arr":[null,"two"],"n":1,"obj":{"k":"v"}})"
                                        "\n");
}

TEST(Encoder, ExceptFieldsAreLeftOutAndTheBatchStays) {
    const std::string object =
        R"({"arr":[1,"two",{"x":3}],"message":"m","obj":{"k":"v","nested":1}})";
    const BatchRef batch = logs({object});
    EncodingOptions options = codec("json");
    options.except_fields = {{path("message"), path("obj.nested"), path("arr[0]"), path("zz")}};
    EXPECT_EQ(encoded(*batch, options), R"({"arr":["two",{"x":3}],"obj":{"k":"v"}})"
                                        "\n");
    EXPECT_EQ(encoded(*batch, codec("json")), object + "\n");
}

TEST(Encoder, TimestampFormats) {
    const BatchRef batch = Batch::make(EventKind::Log);
    const Value later[] = {Value::timestamp({1709528767, 123456789})};
    Member members[] = {{"before", Value::timestamp({-2, 500000000})},
                        {"later", array_of(later, batch->arena())}};
    batch->push(object_of(members, batch->arena()));
    const auto with = [&](TimestampFormat format) {
        EncodingOptions options = codec("json");
        options.timestamp_format = format;
        return encoded(*batch, options);
    };
    EXPECT_EQ(with(TimestampFormat::Rfc3339),
              "{\"before\":\"1969-12-31T23:59:58.500Z\",\"later\":"
              "[\"2024-03-04T05:06:07.123456789Z\"]}\n");
    EXPECT_EQ(with(TimestampFormat::Unix), "{\"before\":-2,\"later\":[1709528767]}\n");
    EXPECT_EQ(with(TimestampFormat::UnixMs), "{\"before\":-1500,\"later\":[1709528767123]}\n");
    EXPECT_EQ(with(TimestampFormat::UnixUs),
              "{\"before\":-1500000,\"later\":[1709528767123456]}\n");
    EXPECT_EQ(with(TimestampFormat::UnixNs),
              "{\"before\":-1500000000,\"later\":[1709528767123456789]}\n");
    EXPECT_EQ(with(TimestampFormat::UnixFloat),
              "{\"before\":-1.5,\"later\":[1709528767.123456]}\n");
}

TEST(Encoder, Framings) {
    const BatchRef batch = logs({R"({"a":1})", R"({"a":2})"});
    const auto framed = [&](EventFramingOptions framing) {
        return encoded(*batch, codec("json"), framing);
    };
    EXPECT_EQ(framed({.method = "bytes"}), R"({"a":1}{"a":2})");
    EXPECT_EQ(framed({.method = "character_delimited",
                      .character_delimited = EventFramingOptions::CharacterDelimited{'|'}}),
              R"({"a":1}|{"a":2}|)");
    EXPECT_EQ(framed({.method = "length_delimited", .length_delimited = LengthDelimitedOptions{}}),
              std::string("\0\0\0\7{\"a\":1}\0\0\0\7{\"a\":2}", 22));
    EXPECT_EQ(
        framed({.method = "length_delimited",
                .length_delimited = LengthDelimitedOptions{.length_field_length = 2,
                                                           .length_field_is_big_endian = false}}),
        std::string("\7\0{\"a\":1}\7\0{\"a\":2}", 18));
    EXPECT_EQ(framed({.method = "varint_length_delimited"}), "\7{\"a\":1}\7{\"a\":2}");
    EXPECT_EQ(framed({.method = "varint_length_delimited", .max_frame_length = 5}),
              "error: Frame too large: 7 bytes (max: 5)\nerror: Frame too large: 7 bytes (max: "
              "5)\n");
}

TEST(Encoder, EndsTellWhereEventsLie) {
    const BatchRef batch = logs({R"({"a":1})", R"({"bb":22})", R"({})"});
    const EventEncoder encoder = EventEncoder::make(codec("json")).value();
    EncodedEvents events;
    encoder.encode_batch(*batch, 0, 3, events);
    EXPECT_EQ(events.view(1, 2), "{\"bb\":22}\n");
    EXPECT_EQ(events.view(0, 3), "{\"a\":1}\n{\"bb\":22}\n{}\n");
    EXPECT_EQ(encoder.content_type(), "application/x-ndjson");
}

/// The metrics of the cases below.
BatchRef metrics() {
    BatchRef batch = Batch::make(EventKind::Metric);
    Arena& arena = batch->arena();
    const auto add = [&](Metric metric) { batch->push(arena.create<Metric>(metric)); };
    const auto array = [&]<typename T>(std::initializer_list<T> items) {
        T* copy = arena.allocate_array<T>(items.size());
        std::ranges::copy(items, copy);
        return std::span<T>(copy, items.size());
    };
    add({.name = "hits",
         .name_space = "ns",
         .tags = array({MetricTag{"a", array({Value::bytes("1")})},
                        MetricTag{"b", array({Value::bytes("2")})}}),
         .timestamp = Timestamp{1704164645, 0},
         .kind = MetricKind::Incremental,
         .value = Counter{3}});
    add({.name = "users",
         .kind = MetricKind::Incremental,
         .value = MetricSet{array({std::string_view("a"), std::string_view("b")})}});
    add({.name = "d",
         .kind = MetricKind::Incremental,
         .value = Distribution{array({Sample{1, 2}, Sample{2.5, 1}}), Statistic::Histogram}});
    add({.name = "h", .value = AggregatedHistogram{array({Bucket{1, 2}, Bucket{2, 3}}), 5, 7.5}});
    add({.name = "s",
         .value = AggregatedSummary{array({Quantile{0.5, 1}, Quantile{0.99, 9}}), 10, 20}});
    add({.name = "m",
         .tags = array({MetricTag{"k", array({Value::bytes("x"), Value::bytes("y")})},
                        MetricTag{"nul", array({Value::null(), Value::bytes("w")})},
                        MetricTag{"z", array({Value::bytes("q")})}}),
         .interval_ms = 1000,
         .kind = MetricKind::Incremental,
         .value = Counter{1}});
    return batch;
}

TEST(Encoder, MetricsAsJson) {
    const std::string common =
        R"({"name":"hits","namespace":"ns","tags":{"a":"1","b":"2"},)"
        R"("timestamp":"2024-01-02T03:04:05Z","kind":"incremental","counter":{"value":3.0}})"
        "\n"
        R"({"name":"users","kind":"incremental","set":{"values":["a","b"]}})"
        "\n"
        R"({"name":"d","kind":"incremental","distribution":{"samples":[{"value":1.0,"rate":2},)"
        R"({"value":2.5,"rate":1}],"statistic":"histogram"}})"
        "\n"
        R"({"name":"h","kind":"absolute","aggregated_histogram":{"buckets":[)"
        R"({"upper_limit":1.0,"count":2},{"upper_limit":2.0,"count":3}],"count":5,"sum":7.5}})"
        "\n"
        R"({"name":"s","kind":"absolute","aggregated_summary":{"quantiles":[)"
        R"({"quantile":0.5,"value":1.0},{"quantile":0.99,"value":9.0}],"count":10,"sum":20.0}})"
        "\n";
    EncodingOptions options = codec("json");
    EXPECT_EQ(encoded(*metrics(), options),
              common + R"({"name":"m","tags":{"k":"y","nul":"w","z":"q"},"interval_ms":1000,)"
                       R"("kind":"incremental","counter":{"value":1.0}})"
                       "\n");
    options.metric_tag_values = MetricTagValues::Full;
    EXPECT_EQ(encoded(*metrics(), options),
              common + R"({"name":"m","tags":{"k":["x","y"],"nul":[null,"w"],"z":"q"},)"
                       R"("interval_ms":1000,"kind":"incremental","counter":{"value":1.0}})"
                       "\n");
}

TEST(Encoder, MetricsAsText) {
    EncodingOptions options = codec("text");
    const std::string common =
        "2024-01-02T03:04:05Z ns_hits{a=\"1\",b=\"2\"} + 3\n"
        "users{} + a b\n"
        "d{} + histogram 2@1 1@2.5\n"
        "h{} = count=5 sum=7.5 2@1 3@2\n"
        "s{} = count=10 sum=20 0.5@1 0.99@9\n";
    EXPECT_EQ(encoded(*metrics(), options), common + "m{k=\"y\",nul=\"w\",z=\"q\"} + 1\n");
    options.metric_tag_values = MetricTagValues::Full;
    EXPECT_EQ(encoded(*metrics(), options),
              common + "m{k=\"x\",k=\"y\",nul,nul=\"w\",z=\"q\"} + 1\n");
}

TEST(Encoder, Logfmt) {
    const BatchRef batch = logs({
        R"({"a":"x y","b":"q\"uote","c":"n\nl","d":"","e":"a=b","f":"back\\slash","g h":"key space",)"
        R"("i":null,"j":true,"k":[1,2],"l":{"m":{"o":1}},"n":"é","p":[],"q":{},"r":2.0,"s":"a\tb"})",
    });
    EXPECT_EQ(
        encoded(*batch, codec("logfmt")),
        R"(a="x y" b="q\"uote" c="n\\nl" d= e="a=b" f=back\\slash "g h"="key space" i=null j )"
        R"(k.0=1 k.1=2 l.m.o=1 n=é r=2 s="a)"
        "\tb\"\n");
}

TEST(Encoder, Csv) {
    const BatchRef batch = logs({R"({"a":"plain","b":"com,ma","c":"q\"q","d":5,"e":1.5,"f":true,)"
                                 R"("g":null,"h":[1,"x"],"nl":"x\ny","sp":" lead","m":""})"});
    EncodingOptions options = codec("csv");
    for (const char* field :
         {"a", "b", "c", "d", "e", "f", "g", "h", "h[1]", "nl", "sp", "m", "zz"})
        options.csv.fields.push_back(path(field));
    EXPECT_EQ(encoded(*batch, options),
              "plain,\"com,ma\",\"q\"\"q\",5,1.5,true,,,x,\"x\ny\", lead,,\n");
    options.csv.double_quote = false;
    options.csv.escape = '\\';
    EXPECT_EQ(encoded(*batch, options),
              "plain,\"com,ma\",\"q\\\"q\",5,1.5,true,,,x,\"x\ny\", lead,,\n");
    options.csv.quote_style = EncodingOptions::QuoteStyle::NonNumeric;
    options.csv.double_quote = true;
    options.csv.delimiter = ';';
    EXPECT_EQ(encoded(*batch, options),
              "\"plain\";\"com,ma\";\"q\"\"q\";5;1.5;\"true\";\"\";\"\";\"x\";\"x\ny\";\" "
              "lead\";\"\";\"\"\n");
    options.csv.quote_style = EncodingOptions::QuoteStyle::Never;
    EXPECT_EQ(encoded(*batch, options), "plain;com,ma;q\"q;5;1.5;true;;;x;x\ny; lead;;\n");
}

TEST(Encoder, RawMessageSkipsMetrics) {
    const EventEncoder encoder = EventEncoder::make(codec("raw_message")).value();
    EncodedEvents events;
    const BatchRef batch = metrics();
    encoder.encode_batch(*batch, 0, batch->size(), events);
    EXPECT_TRUE(events.bytes.empty());
    EXPECT_EQ(events.skipped, batch->size());
}

}  // namespace
}  // namespace engine
