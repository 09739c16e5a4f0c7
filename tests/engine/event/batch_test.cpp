#include "engine/event/batch.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "engine/event/container.hpp"
#include "engine/event/shape.hpp"

namespace engine {
namespace {

void push(const BatchRef& batch, std::int64_t n) {
    Member members[] = {{"n", Value::integer(n)}};
    batch->push(object_of(members, batch->arena()));
}

std::vector<std::int64_t> numbers(const Batch& batch) {
    std::vector<std::int64_t> result;
    for (std::size_t i = 0; i < batch.size(); ++i)
        result.push_back(batch.root(i).as_object().find("n")->as_integer());
    return result;
}

EnvelopeRef envelope(std::string id) {
    auto* envelope = new RequestEnvelope;
    envelope->id = std::move(id);
    return EnvelopeRef(envelope);
}

TEST(Batch, KeepsTheChosenEventsInOrder) {
    const BatchRef batch = Batch::make(EventKind::Log);
    for (int i = 0; i < 6; ++i)
        push(batch, i);
    const std::uint32_t positions[] = {1, 4, 5};
    batch->keep(positions);
    EXPECT_EQ(numbers(*batch), (std::vector<std::int64_t>{1, 4, 5}));
}

TEST(Batch, AForkLeavesItsParentAlone) {
    const BatchRef parent = Batch::make(EventKind::Log);
    push(parent, 1);
    const BatchRef child = Batch::fork(parent);
    insert_member(writable_object(child->root(0), child->arena()), "n", child->arena()) =
        Value::integer(2);
    EXPECT_EQ(numbers(*parent), std::vector<std::int64_t>{1});
    EXPECT_EQ(numbers(*child), std::vector<std::int64_t>{2});
}

TEST(Batch, AForkKeepsTheMemoryOfItsParent) {
    BatchRef child;
    {
        const BatchRef parent = Batch::make(EventKind::Log);
        const SlabRef slab = SlabRef::copy_of("a string that lives in a slab of its own");
        parent->retain(slab);
        Member members[] = {{"s", Value::bytes(slab.view())}};
        parent->push(object_of(members, parent->arena()));
        child = Batch::fork(parent);
    }
    EXPECT_EQ(child->root(0).as_object().find("s")->as_bytes(),
              "a string that lives in a slab of its own");
}

TEST(Batch, ABatchUsedAgainRemembersNothing) {
    for (int round = 0; round < 3; ++round) {
        const BatchRef batch = Batch::make(round == 1 ? EventKind::Trace : EventKind::Log);
        EXPECT_TRUE(batch->empty());
        EXPECT_FALSE(batch->has_envelope());
        EXPECT_TRUE(batch->metadata(0).is_null());
        EXPECT_EQ(batch->source_id, "");
        EXPECT_EQ(batch->estimated_json_size(), 0);
        push(batch, 1);
        batch->set_envelope(envelope("x"));
        batch->writable_metadata(0) = Value::integer(1);
        batch->source_id = "in";
        EXPECT_EQ(batch->estimated_json_size(), 7);
    }
}

TEST(Batch, MayBeLetGoOfByAnotherThread) {
    for (int i = 0; i < 100; ++i) {
        BatchRef batch = Batch::make(EventKind::Log);
        push(batch, i);
        std::thread([batch = std::move(batch)] {}).join();
    }
}

TEST(Batch, EachEventHasItsEnvelope) {
    const BatchRef batch = Batch::make(EventKind::Log);
    batch->begin_envelope(envelope("without events"));
    batch->begin_envelope(envelope("first"));
    push(batch, 1);
    batch->begin_envelope(envelope("second"));
    push(batch, 2);
    push(batch, 3);
    EXPECT_EQ(batch->envelope(0)->id, "first");
    EXPECT_EQ(batch->envelope(1)->id, "second");
    const BatchRef some = Batch::derive(batch);
    some->push_from(*batch, 2);
    some->push_from(*batch, 0);
    EXPECT_EQ(numbers(*some), (std::vector<std::int64_t>{3, 1}));
    EXPECT_EQ(some->envelope(0)->id, "second");
    EXPECT_EQ(some->envelope(1)->id, "first");
}

TEST(Batch, EmptiedItKeepsTheLastEnvelope) {
    const BatchRef batch = Batch::make(EventKind::Log);
    batch->begin_envelope(envelope("first"));
    push(batch, 1);
    batch->begin_envelope(envelope("second"));
    push(batch, 2);
    batch->keep({});
    EXPECT_TRUE(batch->empty());
    push(batch, 3);
    EXPECT_EQ(batch->envelope(0)->id, "second");
    batch->begin_envelope(envelope("third"));
    push(batch, 4);
    EXPECT_EQ(batch->envelope(0)->id, "second");
    EXPECT_EQ(batch->envelope(1)->id, "third");
}

TEST(Batch, MetadataBecomesAColumnWhenWritten) {
    const BatchRef batch = Batch::make(EventKind::Log);
    push(batch, 1);
    push(batch, 2);
    Member members[] = {{"k", Value::integer(1)}};
    batch->set_shared_metadata(object_of(members, batch->arena()));
    Value& own = batch->writable_metadata(1);
    insert_member(writable_object(own, batch->arena()), "k", batch->arena()) = Value::integer(2);
    EXPECT_EQ(batch->metadata(0).as_object().find("k")->as_integer(), 1);
    EXPECT_EQ(batch->metadata(1).as_object().find("k")->as_integer(), 2);
    push(batch, 3);
    EXPECT_EQ(batch->metadata(2).as_object().find("k")->as_integer(), 1);
}

TEST(Envelope, HeadersAndQuery) {
    RequestEnvelope request;
    request.query = "a=1&b%20c=x+y%21&flag";
    request.headers = {{"Content-Type", "text/plain"}, {"content-type", "other"}};
    EXPECT_EQ(request.header("content-TYPE"), "text/plain");
    EXPECT_EQ(request.header("missing").data(), nullptr);
    std::string value;
    EXPECT_TRUE(request.query_parameter("b c", value));
    EXPECT_EQ(value, "x y!");
    EXPECT_TRUE(request.query_parameter("flag", value));
    EXPECT_EQ(value, "");
    EXPECT_FALSE(request.query_parameter("z", value));
}

TEST(Slab, GrowsWhenAppendedTo) {
    SlabRef slab;
    std::string expected;
    for (int i = 0; i < 1000; ++i) {
        slab.append(std::to_string(i));
        expected += std::to_string(i);
    }
    EXPECT_EQ(slab.view(), expected);
}

}  // namespace
}  // namespace engine
