#include "engine/vrl/logs/access_line.hpp"

#include <gtest/gtest.h>

#include <array>
#include <random>
#include <string>

#include "engine/vrl/regex/regex.hpp"

namespace engine::vrl {
namespace {

constexpr std::string_view pattern =
    R"re(^\s*(?:-|(?P<host>.*?))\s+(?:-|(?P<identity>.*?))\s+(?:-|(?P<user>.*?))\s+)re"
    R"re((?:-|\[(?:-|(?P<timestamp>[^\[]*))\])\s+)re"
    R"re((?:-|"(?:-|\s*|(?P<message>(?P<method>\w+)\s+(?P<path>(?:\\"|[^"])*?)\s+)re"
    R"re((?P<protocol>[^"\s]*)\s*))")\s+(?:-|(?P<status>\d+))\s+(?:-|(?P<size>\d+))\s*$)re";

TEST(AccessLine, FindsWhatThePatternFinds) {
    const auto regex = regex::Regex::compile(pattern);
    ASSERT_TRUE(regex.has_value());
    std::mt19937 random(7);
    const std::string line =
        R"(203.0.113.7 - frank [10/Oct/2000:13:55:36 -0700] "GET /a HTTP/1.0" 200 -)";
    constexpr std::string_view characters = " -[]\"\\a0/:\t";
    std::size_t taken = 0;
    for (int round = 0; round < 20'000; ++round) {
        std::string text = line;
        for (std::size_t changes = random() % 4; changes > 0; --changes) {
            const std::size_t at = random() % text.size();
            const char c = characters[random() % characters.size()];
            random() % 2 == 0 ? text[at] = c
                              : *text.insert(text.begin() + static_cast<std::ptrdiff_t>(at), c) = c;
        }
        std::array<std::string_view, 11> split;
        if (!split_access_line(text, split)) {
            continue;
        }
        ++taken;
        std::array<std::string_view, 11> found;
        ASSERT_TRUE((*regex)->find(text, 0, found)) << text;
        for (std::size_t i = 1; i < found.size(); ++i) {
            ASSERT_EQ(found[i], split[i]) << text << " group " << i;
            ASSERT_EQ(found[i].data() == nullptr, split[i].data() == nullptr)
                << text << " group " << i;
        }
    }
    EXPECT_GT(taken, 5'000U);
}

}  // namespace
}  // namespace engine::vrl
