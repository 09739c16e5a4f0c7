#include "engine/delivery/key_lanes.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace engine::delivery {
namespace {

TEST(KeyLanes, OneOfAKeyAtATimeInOrder) {
    KeyLanes<int> lanes;
    lanes.push("a", 1);
    lanes.push("a", 2);
    lanes.push("b", 3);
    lanes.push("a", 4);
    EXPECT_EQ(lanes.size(), 4U);
    EXPECT_EQ(lanes.pop(), 1);
    EXPECT_EQ(lanes.pop(), 3);
    EXPECT_EQ(lanes.pop(), std::nullopt);
    lanes.done("a");
    EXPECT_EQ(lanes.pop(), 2);
    EXPECT_EQ(lanes.pop(), std::nullopt);
    lanes.done("b");
    EXPECT_EQ(lanes.pop(), std::nullopt);
    lanes.done("a");
    EXPECT_EQ(lanes.pop(), 4);
    lanes.done("a");
    EXPECT_EQ(lanes.keys(), 0U);
}

TEST(KeyLanes, TheEmptyKeyHasNoOrder) {
    KeyLanes<int> lanes;
    lanes.push("", 1);
    lanes.push("", 2);
    EXPECT_EQ(lanes.pop(), 1);
    EXPECT_EQ(lanes.pop(), 2);
    lanes.done("");
}

TEST(KeyLanes, GivesUpEverythingThatWaits) {
    KeyLanes<int> lanes;
    lanes.push("a", 1);
    lanes.push("a", 2);
    lanes.push("", 3);
    EXPECT_EQ(lanes.pop(), 1);
    std::vector<int> rest = lanes.take_all();
    std::ranges::sort(rest);
    EXPECT_EQ(rest, (std::vector{2, 3}));
    EXPECT_EQ(lanes.size(), 0U);
    lanes.done("a");
    EXPECT_EQ(lanes.keys(), 0U);
}

}  // namespace
}  // namespace engine::delivery
