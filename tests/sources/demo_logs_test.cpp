#include <gtest/gtest.h>

#include <regex>

#include "sources/demo_logs/line_generator.hpp"

namespace engine::sources::demo_logs {
namespace {

constexpr Timestamp now{1'700'000'000, 123'456'789};

bool looks_like(Format format, const char* pattern) {
    LineGenerator generator(format, {}, false, 7);
    for (int i = 0; i < 50; ++i) {
        if (!std::regex_match(generator.next(now), std::regex(pattern))) {
            return false;
        }
    }
    return true;
}

TEST(DemoLogs, LinesHaveTheirFormat) {
    EXPECT_TRUE(looks_like(
        Format::ApacheCommon,
        R"re([0-9.]+ - \w+ \[14/Nov/2023:22:13:20 \+0000\] "[A-Z]+ /\S* HTTP/\d\.\d" \d{3} \d+)re"));
    EXPECT_TRUE(
        looks_like(Format::ApacheError,
                   R"(\[Tue Nov 14 22:13:20\.123456 2023\] \[\w+:\w+\] \[pid \d+:tid \d+\] )"
                   R"(\[client [0-9.]+:\d+\] .+)"));
    EXPECT_TRUE(
        looks_like(Format::Syslog, R"(<\d+>1 2023-11-14T22:13:20\.123Z \S+ \w+ \d+ ID\d+ - .+)"));
    EXPECT_TRUE(looks_like(Format::BsdSyslog, R"(<\d+>Nov 14 22:13:20 \S+ \w+\[\d+\]: .+)"));
    EXPECT_TRUE(looks_like(Format::Json, R"(\{"host":"[^"]+",.*"bytes":\d+,"referer":"[^"]+"\})"));
}

TEST(DemoLogs, ShuffledLinesAreNumberedOnRequest) {
    LineGenerator numbered(Format::Shuffle, {"a"}, true, 7);
    EXPECT_EQ(numbered.next(now), "0 a");
    EXPECT_EQ(numbered.next(now), "1 a");
    LineGenerator plain(Format::Shuffle, {"a"}, false, 7);
    EXPECT_EQ(plain.next(now), "a");
}

}  // namespace
}  // namespace engine::sources::demo_logs
