#include <gtest/gtest.h>

#include "engine/codec/json_parser.hpp"
#include "engine/codec/json_writer.hpp"
#include "engine/codec/metric_text.hpp"
#include "engine/codec/record.hpp"
#include "engine/event/container.hpp"

namespace engine {
namespace {

BatchRef logs(const std::vector<std::string>& objects) {
    BatchRef batch = Batch::make(EventKind::Log);
    for (const std::string& object : objects) {
        const SlabRef slab = SlabRef::copy_of(object);
        batch->retain(slab);
        batch->push(JsonParser::local().parse(slab.view(), batch->arena()).value());
    }
    return batch;
}

BatchRef through(const Batch& batch) {
    ByteBuffer out;
    write_record(batch, 0, batch.size(), out);
    return read_record(SlabRef::copy_of(out.view())).value();
}

std::string json(const Value& value) {
    ByteBuffer out;
    write_json(value, out);
    return std::string(out.view());
}

EnvelopeRef request(std::string text) {
    auto* envelope = new RequestEnvelope;
    envelope->head = SlabRef::copy_of(text);
    envelope->method = envelope->head.view().substr(0, 4);
    envelope->path = envelope->head.view().substr(5);
    envelope->headers = {{envelope->method, envelope->path}};
    envelope->body = SlabRef::copy_of("the body of " + text);
    envelope->remote_address = "127.0.0.1:5";
    envelope->tls = true;
    envelope->received_at = {1709528767, 5};
    envelope->id = "id of " + text;
    envelope->idempotency_key = "key";
    return EnvelopeRef(envelope);
}

TEST(Record, KeepsLogsOfAllKinds) {
    const BatchRef batch = logs(
        {R"({"a":1,"b":[true,false,null,-7,1.5,"short","a string that is not stored inside"]})",
         R"({"a":2,"b":{"c":{}}})", R"({})",
         R"({"a":9223372036854775807,"b":-9223372036854775808})"});
    Member members[] = {{"t", Value::timestamp({-62135596800, 999'999'999})}};
    batch->push(object_of(members, batch->arena()));
    const BatchRef read = through(*batch);
    ASSERT_EQ(read->size(), batch->size());
    for (std::size_t i = 0; i < batch->size(); ++i)
        EXPECT_TRUE(equal(read->root(i), batch->root(i))) << json(read->root(i));
}

TEST(Record, PartOfABatch) {
    const BatchRef batch = logs({R"({"a":1})", R"({"a":2})", R"({"a":3})"});
    ByteBuffer out;
    write_record(*batch, 1, 3, out);
    const BatchRef read = read_record(SlabRef::copy_of(out.view())).value();
    ASSERT_EQ(read->size(), 2);
    EXPECT_EQ(json(read->root(0)), R"({"a":2})");
}

TEST(Record, KeepsKindAndSource) {
    const BatchRef batch = Batch::make(EventKind::Trace);
    batch->push(Value::object(new_object(Shape::empty(), batch->arena())));
    batch->source_id = "in";
    batch->source_type = "http_server";
    const BatchRef read = through(*batch);
    EXPECT_EQ(read->kind(), EventKind::Trace);
    EXPECT_EQ(read->source_id, "in");
    EXPECT_EQ(read->source_type, "http_server");
}

TEST(Record, KeepsMetadata) {
    const BatchRef batch = logs({R"({"a":1})", R"({"a":2})"});
    EXPECT_TRUE(through(*batch)->metadata(1).is_null());
    Member shared[] = {{"k", Value::integer(1)}};
    batch->set_shared_metadata(object_of(shared, batch->arena()));
    EXPECT_EQ(json(through(*batch)->metadata(1)), R"({"k":1})");
    Member own[] = {{"k", Value::integer(2)}};
    batch->writable_metadata(1) = object_of(own, batch->arena());
    const BatchRef read = through(*batch);
    EXPECT_EQ(json(read->metadata(0)), R"({"k":1})");
    EXPECT_EQ(json(read->metadata(1)), R"({"k":2})");
}

TEST(Record, KeepsEnvelopes) {
    const BatchRef batch = Batch::make(EventKind::Log);
    const auto push = [&] {
        batch->push(Value::object(new_object(Shape::empty(), batch->arena())));
    };
    batch->begin_envelope(request("POST /first"));
    push();
    push();
    EXPECT_EQ(through(*batch)->envelope(1)->path, "/first");
    batch->begin_envelope(request("POST /second"));
    push();
    const BatchRef read = through(*batch);
    EXPECT_EQ(read->envelope(0)->path, "/first");
    EXPECT_EQ(&*read->envelope(0), &*read->envelope(1));
    const EnvelopeRef second = read->envelope(2);
    EXPECT_EQ(second->method, "POST");
    EXPECT_EQ(second->header("post"), "/second");
    EXPECT_EQ(second->body.view(), "the body of POST /second");
    EXPECT_EQ(second->remote_address, "127.0.0.1:5");
    EXPECT_TRUE(second->tls);
    EXPECT_EQ(second->received_at, (Timestamp{1709528767, 5}));
    EXPECT_EQ(second->id, "id of POST /second");
    EXPECT_EQ(second->idempotency_key, "key");
}

TEST(Record, KeepsMetrics) {
    const BatchRef batch = Batch::make(EventKind::Metric);
    Arena& arena = batch->arena();
    const auto array = [&]<typename T>(std::initializer_list<T> items) {
        T* copy = arena.allocate_array<T>(items.size());
        std::ranges::copy(items, copy);
        return std::span<T>(copy, items.size());
    };
    const auto push = [&](MetricValue value) {
        batch->push(arena.create<Metric>(
            Metric{.name = "name",
                   .name_space = "space",
                   .tags = array({MetricTag{"k", array({Value::bytes("x"), Value::null()})}}),
                   .timestamp = Timestamp{1, 2},
                   .interval_ms = 3,
                   .kind = MetricKind::Incremental,
                   .value = value}));
    };
    push(Counter{1.5});
    push(Gauge{-2});
    push(MetricSet{array({std::string_view("a"), std::string_view("b")})});
    push(Distribution{array({Sample{1, 2}}), Statistic::Summary});
    push(AggregatedHistogram{array({Bucket{1, 2}}), 3, 4});
    push(AggregatedSummary{array({Quantile{0.5, 2}}), 3, 4});
    push(Sketch{array({std::int16_t{-1}}), array({std::uint16_t{2}}), 3, 4, 5, 6, 7});
    const BatchRef read = through(*batch);
    ASSERT_EQ(read->size(), batch->size());
    const auto text = [](const Metric& metric) {
        ByteBuffer out;
        write_metric_json(metric, MetricTagValues::Full, JsonLayout::Compact, out);
        return std::string(out.view());
    };
    for (std::size_t i = 0; i < batch->size(); ++i)
        EXPECT_EQ(text(read->metric(i)), text(batch->metric(i)));
}

TEST(Record, RequestRecords) {
    ByteBuffer out;
    write_request_record(*request("POST /x"), "customer 5", out);
    const SlabRef slab = SlabRef::copy_of(out.view());
    EXPECT_EQ(record_content(slab.view()).value(), RecordContent::Request);
    const StoredRequest read = read_request_record(slab, slab.view()).value();
    EXPECT_EQ(read.ordering_key, "customer 5");
    EXPECT_EQ(read.envelope->body.view(), "the body of POST /x");
    EXPECT_FALSE(read_record(slab));
}

TEST(Record, AnythingElseIsRefused) {
    const BatchRef batch = logs({R"({"a":[1,{"b":"c"}],"d":{"e":1.5}})"});
    batch->set_envelope(request("POST /x"));
    ByteBuffer out;
    write_record(*batch, 0, 1, out);
    for (std::size_t size = 0; size < out.size(); ++size)
        EXPECT_FALSE(read_record(SlabRef::copy_of(out.view().substr(0, size)))) << size;
    EXPECT_FALSE(read_record(SlabRef::copy_of(std::string(out.view()) + "x")));
    EXPECT_EQ(read_record(SlabRef::copy_of("\x09rest")).error().message,
              "record of the unknown version 9");
    for (std::size_t i = 0; i < out.size(); ++i) {
        for (const int flip : {0x01, 0x80, 0xff}) {
            std::string damaged(out.view());
            damaged[i] = static_cast<char>(damaged[i] ^ flip);
            static_cast<void>(read_record(SlabRef::copy_of(damaged)));
        }
    }
}

TEST(Record, LengthsDoNotReachPastTheEnd) {
    // A string may have as many bytes as are left behind its length, and not one more.
    EXPECT_FALSE(read_record(SlabRef::copy_of(std::string("\1\0\3in", 5))));
    EXPECT_FALSE(read_record(
        SlabRef::copy_of(std::string("\1\0\2\0\0\0\1\2\1\0\4\1\2\1\0\4ht\0\0\0\1\4\x81", 24))));
}

TEST(Record, NestingWithoutEndIsRefused) {
    std::string hostile("\1\0\0\0\0\1\0", 7);
    for (int i = 0; i < 100000; ++i)
        hostile += "\7\1";
    EXPECT_FALSE(read_record(SlabRef::copy_of(hostile)));
}

}  // namespace
}  // namespace engine
