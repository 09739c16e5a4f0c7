#include "sources/file/line_grouping.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "sources/file/line_delimiter.hpp"

namespace engine::sources::file {
namespace {

MultilineOptions grouped(const char* start, const char* condition, GroupingMode mode) {
    return {regex::Regex::compile(start).value(), regex::Regex::compile(condition).value(), mode,
            std::chrono::milliseconds(100)};
}

/// Feeds blocks of lines, each ended by a line feed.
std::vector<std::string> events(const MultilineOptions& options,
                                const std::vector<std::string>& blocks, bool contiguous) {
    std::vector<std::string> out;
    const auto emit = [&](const LineGroup& group) {
        out.push_back(std::to_string(group.offset) + ":" + std::string(group.text));
    };
    LineGrouping grouping(options, contiguous);
    std::uint64_t offset = 0;
    for (const std::string& block : blocks) {
        for (std::size_t begin = 0; begin < block.size();) {
            const std::size_t end = block.find('\n', begin);
            grouping.add(std::string_view(block).substr(begin, end - begin), offset + begin, emit);
            begin = end + 1;
        }
        offset += block.size();
        grouping.leave_block();
    }
    grouping.flush(emit);
    return out;
}

using Events = std::vector<std::string>;

TEST(LineGrouping, TheCutBetweenBlocksDoesNotMatter) {
    const auto options = grouped(R"(^\S)", R"(^\s)", GroupingMode::ContinueThrough);
    const Events wanted{"0:a\n b\n c", "8:d", "10:e\n f"};
    for (const bool contiguous : {true, false}) {
        EXPECT_EQ(events(options, {"a\n b\n c\nd\ne\n f\n"}, contiguous), wanted);
        EXPECT_EQ(events(options, {"a\n", " b\n", " c\nd\n", "e\n", " f\n"}, contiguous), wanted);
    }
}

TEST(LineGrouping, ModesEndEventsWhereTheySay) {
    const auto run = [](const char* start, const char* condition, GroupingMode mode,
                        const char* text) {
        return events(grouped(start, condition, mode), {text}, true);
    };
    EXPECT_EQ(run(R"(\\$)", R"(\\$)", GroupingMode::ContinuePast, "a\\\nb\\\nc\nd\n"),
              (Events{"0:a\\\nb\\\nc", "8:d"}));
    EXPECT_EQ(run("^s", "^s", GroupingMode::HaltBefore, "x\ns1\ny\ns2\n"),
              (Events{"0:x", "2:s1\ny", "7:s2"}));
    EXPECT_EQ(run("^s", ";$", GroupingMode::HaltWith, "s1\ny;\nother\ns2\nz;\n"),
              (Events{"0:s1\ny;", "6:other", "12:s2\nz;"}));
}

TEST(LineGrouping, EmptyLinesBelongToEvents) {
    const auto options = grouped("^a", "^$", GroupingMode::ContinueThrough);
    EXPECT_EQ(events(options, {"a\n", "\n", "\n", "b\n"}, true), (Events{"0:a\n\n", "4:b"}));
}

TEST(LineDelimiter, LiesOnCodeUnits) {
    const LineDelimiter feed(utf16_bytes("\n", std::endian::little), 2);
    const std::string text("\x0a\x0a\x00\x0a\x00z\x00\x0a\x00", 9);  // U+0A0A, U+0A00, …
    EXPECT_EQ(feed.find(text, 0), std::string::npos);
    EXPECT_EQ(utf16_bytes("|\U0001F600", std::endian::big),
              std::string("\x00|\xd8\x3d\xde\x00", 6));
    EXPECT_EQ(LineDelimiter("||", 1).last_end("a||b||c", 0), 6U);
    EXPECT_EQ(LineDelimiter("\n", 1).last_end("ab", 0), std::string::npos);
}

}  // namespace
}  // namespace engine::sources::file
