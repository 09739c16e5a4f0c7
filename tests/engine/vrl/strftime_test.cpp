#include "engine/vrl/strftime.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace engine::vrl {
namespace {

std::string formatted(std::string_view format, std::int64_t seconds, const absl::TimeZone& zone) {
    std::string text;
    EXPECT_TRUE(format_time(format, {seconds, 0}, zone, text));
    return text;
}

TEST(FormatTime, AgreesWithTheLibraryInEveryZone) {
    constexpr const char* format = "%Y-%m-%d %H:%M:%S %j %U %W %G-%V %a %A %b %B %e %I %p %Z";
    absl::TimeZone berlin;
    ASSERT_TRUE(absl::LoadTimeZone("Europe/Berlin", &berlin));
    std::mt19937_64 random(7);
    std::uniform_int_distribution<std::int64_t> seconds(-30'000'000'000, 250'000'000'000);
    for (int round = 0; round < 5'000; ++round) {
        const std::int64_t at = seconds(random);
        for (const absl::TimeZone& zone : {absl::UTCTimeZone(), berlin}) {
            ASSERT_EQ(formatted(format, at, zone),
                      absl::FormatTime(format, absl::FromUnixSeconds(at), zone))
                << at;
        }
    }
}

TEST(FormatTime, CountsYearsBeyondTheStandardLibrarys) {
    constexpr std::int64_t day = 86400;
    for (const std::int64_t days : {-95'745'000LL, -10'000'000LL, -9'999'999LL, -719'529LL, -1LL,
                                    9'999'999LL, 10'000'000LL, 95'025'000LL}) {
        const absl::CivilSecond cs =
            absl::ToCivilSecond(absl::FromUnixSeconds(days * day - 1), absl::UTCTimeZone());
        const std::string expected = std::to_string(cs.year()) + " " + std::to_string(cs.month()) +
                                     " " + std::to_string(cs.day()) + " " +
                                     std::to_string(cs.hour()) + ":" + std::to_string(cs.minute()) +
                                     ":" + std::to_string(cs.second());
        EXPECT_EQ(formatted("%-Y %-m %-d %-H:%-M:%-S", days * day - 1, absl::UTCTimeZone()),
                  expected);
    }
}

}  // namespace
}  // namespace engine::vrl
