#include "engine/vrl/time_pattern.hpp"

#include <gtest/gtest.h>

#include <array>
#include <random>
#include <string>

#include "engine/vrl/strptime.hpp"

namespace engine::vrl {
namespace {

struct Sample {
    std::string_view format;
    std::string_view text;
};
constexpr std::array samples = {
    Sample{"%d/%b/%Y:%T %z", "10/Oct/2000:13:55:36 -0700"},
    Sample{"%Y-%m-%dT%H:%M:%S%.3f%z", "2024-05-06T07:08:09.123+02:00"},
    Sample{"%+", "2024-02-29T07:08:09.5Z"},
    Sample{"%+", "2024-05-06 23:59:60+00:00"},
    Sample{"%F %T", "2021-03-28 02:30:00"},
    Sample{"%F %T%.f", "2021-10-31 02:30:00.123456789"},
    Sample{"%D %R", "02/29/69 00:00"},
    Sample{"%a %b %e %H:%M:%S %Y", "Thu Jan  1 00:00:00 1970"},
    Sample{"%c", "Wed Oct 31 23:59:59 0001"},
    Sample{"%v %H:%M:%S.%3f", " 1-Jan-2024 07:08:09.123"},
    Sample{"%Y%m%d%H%M%S%6f%:z", "20240506070809123456-23:59"},
    Sample{"%h %-d %_Y %k:%M", "feb 29 2023 5:6"},
    Sample{"%Y-%m-%d %Y %H:%M", "2021-03-28 2021 02:30"},
    Sample{"%F", "2021-03-28"},
    Sample{"%F %I:%M %p", "2021-03-28 02:30 PM"},
    Sample{"%F %T%", "2021-03-28 02:30:00"},
};

std::string damaged(std::string text, std::mt19937& random) {
    constexpr std::array<std::string_view, 18> pieces = {" ", "  ",  "-",   "+",  ":",  ".",
                                                         "0", "1",   "9",   "60", "31", "T",
                                                         "z", "Feb", "mon", "",   "\t", "\u2212"};
    for (std::size_t changes = random() % 4; changes > 0 && !text.empty(); --changes) {
        text.replace(random() % text.size(), random() % 3, pieces[random() % pieces.size()]);
    }
    return text;
}

TEST(TimePattern, ReadsWhatTheFormatReads) {
    absl::TimeZone berlin;
    ASSERT_TRUE(absl::LoadTimeZone("Europe/Berlin", &berlin));
    const std::array zones = {absl::UTCTimeZone(), berlin, absl::FixedTimeZone(-5400)};
    std::mt19937 random(7);
    std::size_t read = 0;
    for (int round = 0; round < 40'000; ++round) {
        const Sample& sample = samples[random() % samples.size()];
        const std::string text = damaged(std::string(sample.text), random);
        const absl::TimeZone& zone = zones[random() % zones.size()];
        const auto expected = parse_time(text, sample.format, zone);
        const auto time = TimePattern(sample.format).parse(text, zone);
        ASSERT_EQ(time, expected) << sample.format << '\n' << text;
        read += time ? 1 : 0;
    }
    EXPECT_GT(read, 5'000U);
}

TEST(TimePattern, TakesFormatsOfAnyLength) {
    const std::string format = "%F %T" + std::string(1'000, 'x');
    const std::string text = "2021-03-28 02:30:00" + std::string(1'000, 'x');
    EXPECT_EQ(TimePattern(format).parse(text, absl::UTCTimeZone()), (Timestamp{1'616'898'600, 0}));
}

}  // namespace
}  // namespace engine::vrl
