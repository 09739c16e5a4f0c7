#include "engine/vrl/persistent_map.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

namespace engine::vrl {
namespace {

struct One {
    static std::size_t of(int) { return 1; }
};
using Map = PersistentMap<int, One>;
using Model = std::map<std::string, int>;

Model contents(const Map& map) {
    return {map.begin(), map.end()};
}

TEST(PersistentMap, DoesWhatAMapDoes) {
    std::mt19937 random(1);
    Map map;
    Model model;
    for (int i = 0; i < 5000; ++i) {
        const std::string key = "k" + std::to_string(random() % 300);
        if (random() % 3 == 0) {
            map.erase(key);
            model.erase(key);
        } else {
            map.set(key, i);
            model[key] = i;
        }
        ASSERT_EQ(map.contains(key), model.contains(key));
    }
    EXPECT_EQ(contents(map), model);
    EXPECT_EQ(map.total(), model.size());
    EXPECT_TRUE(std::ranges::is_sorted(map, {}, &Map::value_type::first));
}

TEST(PersistentMap, CopiesDoNotSeeChanges) {
    Map map;
    for (int i = 0; i < 100; ++i) {
        map.set(std::to_string(i), i);
    }
    const Map before = map;
    map.set("5", -1);
    map.erase("7");
    map.set("new", 0);
    EXPECT_EQ(*before.find("5"), 5);
    EXPECT_TRUE(before.contains("7"));
    EXPECT_FALSE(before.contains("new"));
    EXPECT_FALSE(before == map);
}

TEST(PersistentMap, CombinesByKey) {
    std::mt19937 random(2);
    for (int round = 0; round < 50; ++round) {
        Map left;
        for (int i = 0; i < 60; ++i) {
            left.set(std::to_string(random() % 90), i);
        }
        Map right = left;
        for (int i = 0; i < 20; ++i) {
            const std::string key = std::to_string(random() % 90);
            random() % 2 == 0 ? right.set(key, 100 + i) : right.erase(key);
        }
        using Kept = std::optional<int>;
        const Map both = Map::combine(
            left, right, [](int a, int b) -> Kept { return std::max(a, b); },
            [](int a) -> Kept { return a % 2 == 0 ? Kept(-a) : std::nullopt; },
            [](int b) -> Kept { return b + 1000; });
        Model expected;
        for (const auto& [key, value] : left) {
            if (const int* other = right.find(key)) {
                expected[key] = std::max(value, *other);
            } else if (value % 2 == 0) {
                expected[key] = -value;
            }
        }
        for (const auto& [key, value] : right) {
            if (!left.contains(key)) {
                expected[key] = value + 1000;
            }
        }
        ASSERT_EQ(contents(both), expected);
    }
}

}  // namespace
}  // namespace engine::vrl
