#include "engine/delivery/batcher.hpp"

#include <gtest/gtest.h>

namespace engine::delivery {
namespace {

using namespace std::chrono_literals;

std::shared_ptr<const EncodedGroup> group(std::string key, const std::vector<std::string>& events) {
    auto result = std::make_shared<EncodedGroup>();
    result->key = std::move(key);
    for (const std::string& event : events) {
        result->events.bytes.append(event);
        result->events.ends.push_back(static_cast<std::uint32_t>(result->events.bytes.size()));
    }
    return result;
}

std::vector<std::string> bodies(const std::vector<EventBatch>& batches) {
    std::vector<std::string> texts;
    for (const EventBatch& batch : batches) {
        std::string& text = texts.emplace_back(batch.key + ":");
        for (const EncodedSlice& slice : batch.slices) {
            text += slice.bytes();
        }
    }
    return texts;
}

using Texts = std::vector<std::string>;
constexpr TimePoint start{};

/// Notes that it was let go of.
class Waiter final : public Finalizer {
public:
    bool done = false;

protected:
    void finished(DeliveryStatus) override { done = true; }
};

TEST(Batcher, SplitsAtTheNumberOfEvents) {
    Batcher batcher({.max_events = 2});
    std::vector<EventBatch> full;
    batcher.add(group("k", {"a", "b", "c"}), 30, {}, start, full);
    EXPECT_EQ(bodies(full), Texts{"k:ab"});
    EXPECT_EQ(full[0].event_bytes, 20U);
    batcher.add(group("k", {"d"}), 10, {}, start, full);
    EXPECT_EQ(bodies(full), (Texts{"k:ab", "k:cd"}));
    EXPECT_TRUE(batcher.empty());
}

TEST(Batcher, SplitsAtTheBytes) {
    Batcher batcher({.max_bytes = 5});
    std::vector<EventBatch> full;
    batcher.add(group("", {"aa", "bb", "cc"}), 0, {}, start, full);
    EXPECT_EQ(bodies(full), Texts{":aabb"});
    EXPECT_EQ(batcher.bytes(), 2U);
    batcher.take_all(full);
    EXPECT_EQ(bodies(full), (Texts{":aabb", ":cc"}));
    EXPECT_EQ(batcher.bytes(), 0U);
}

TEST(Batcher, SendsAnEventOverTheLimitAlone) {
    Batcher batcher({.max_bytes = 5});
    std::vector<EventBatch> full;
    batcher.add(group("", {"a", "0123456789", "b"}), 0, {}, start, full);
    batcher.take_all(full);
    EXPECT_EQ(bodies(full), (Texts{":a", ":0123456789", ":b"}));
}

TEST(Batcher, KeepsKeysApart) {
    Batcher batcher({});
    std::vector<EventBatch> out;
    batcher.add(group("x", {"a"}), 0, {}, start, out);
    batcher.add(group("y", {"b"}), 0, {}, start, out);
    batcher.add(group("x", {"c"}), 0, {}, start, out);
    batcher.take_all(out);
    EXPECT_EQ(bodies(out), (Texts{"x:ac", "y:b"}));
}

TEST(Batcher, ExpiresFromTheFirstEventOn) {
    Batcher batcher({.timeout = 1s});
    std::vector<EventBatch> out;
    EXPECT_EQ(batcher.deadline(), std::nullopt);
    batcher.add(group("x", {"a"}), 0, {}, start, out);
    batcher.add(group("y", {"b"}), 0, {}, start + 500ms, out);
    batcher.add(group("x", {"c"}), 0, {}, start + 900ms, out);
    EXPECT_EQ(batcher.deadline(), start + 1s);
    batcher.take_expired(start + 999ms, out);
    EXPECT_TRUE(out.empty());
    batcher.take_expired(start + 1s, out);
    EXPECT_EQ(bodies(out), Texts{"x:ac"});
    EXPECT_EQ(batcher.deadline(), start + 1500ms);
}

TEST(Batcher, GathersSmallSlicesAndKeepsLargeOnesAsTheyAre) {
    Batcher batcher({});
    std::vector<EventBatch> out;
    const std::string large(100'000, 'L');
    std::string expected = ":";
    for (int i = 0; i < 3000; ++i) {
        const std::string text = "event " + std::to_string(i) + std::string(94, '.');
        batcher.add(group("", {text}), 0, {}, start, out);
        expected += text;
        if (i % 1000 == 500) {
            batcher.add(group("", {large}), 0, {}, start, out);
            expected += large;
        }
    }
    EXPECT_EQ(batcher.bytes(), expected.size() - 1);
    batcher.take_all(out);
    EXPECT_EQ(bodies(out), Texts{expected});
    EXPECT_EQ(out[0].events, 3003U);
    EXPECT_LT(out[0].slices.size(), 15U);
}

TEST(Batcher, FindsBatchesThatSomebodyWaitsFor) {
    Batcher batcher({});
    Waiter waiter;
    std::vector<EventBatch> out;
    batcher.add(group("x", {"a"}), 0, Acknowledgement(&waiter), start, out);
    batcher.add(group("y", {"b"}), 0, {}, start, out);
    batcher.take_acknowledged(out);
    ASSERT_EQ(bodies(out), Texts{"x:a"});
    EXPECT_FALSE(waiter.done);
    for (Acknowledgement& each : out[0].acknowledgements) {
        each.finish(DeliveryStatus::Delivered);
    }
    EXPECT_TRUE(waiter.done);
}

}  // namespace
}  // namespace engine::delivery
