#include "engine/delivery/concurrency.hpp"

#include <gtest/gtest.h>

#include "engine/delivery/rate_limit.hpp"

namespace engine::delivery {
namespace {

using namespace std::chrono_literals;

/// Rounds of requests that fill the limit, each answered after `round_trip`.
void run_rounds(ConcurrencyLimit& limit, int rounds, std::chrono::nanoseconds round_trip,
                TimePoint& now, LoadSignal signal = LoadSignal::Answered) {
    for (int round = 0; round < rounds; ++round) {
        while (limit.available()) {
            limit.acquire();
        }
        now += round_trip;
        while (limit.in_flight() > 0) {
            limit.record(signal, round_trip, now);
            limit.release();
        }
    }
}

TEST(ConcurrencyLimit, FixedNeverChanges) {
    ConcurrencyLimit limit({.fixed = 3, .adaptive = {}});
    TimePoint now{};
    run_rounds(limit, 10, 10ms, now, LoadSignal::Backpressure);
    EXPECT_EQ(limit.limit(), 3U);
}

TEST(ConcurrencyLimit, GrowsByOneWhileAnswersStayFast) {
    ConcurrencyLimit limit({});
    EXPECT_EQ(limit.limit(), 1U);
    TimePoint now{};
    run_rounds(limit, 1, 10ms, now);
    EXPECT_EQ(limit.limit(), 1U);  // nothing to compare with yet
    run_rounds(limit, 5, 10ms, now);
    EXPECT_EQ(limit.limit(), 6U);
}

TEST(ConcurrencyLimit, ShrinksWhenAnswersGetSlower) {
    ConcurrencyLimit limit({.fixed = {}, .adaptive = {.initial_concurrency = 20}});
    TimePoint now{};
    run_rounds(limit, 2, 10ms, now);
    const std::size_t before = limit.limit();
    run_rounds(limit, 2, 100ms, now);
    EXPECT_LT(limit.limit(), before);
}

TEST(ConcurrencyLimit, BackpressureShrinksToOneAtLeast) {
    ConcurrencyLimit limit({.fixed = {}, .adaptive = {.initial_concurrency = 10}});
    TimePoint now{};
    run_rounds(limit, 1, 10ms, now, LoadSignal::Backpressure);
    EXPECT_EQ(limit.limit(), 9U);
    run_rounds(limit, 40, 10ms, now, LoadSignal::Backpressure);
    EXPECT_EQ(limit.limit(), 1U);
}

TEST(ConcurrencyLimit, StaysBelowItsMaximum) {
    ConcurrencyLimit limit({.fixed = {}, .adaptive = {.max_concurrency_limit = 4}});
    TimePoint now{};
    run_rounds(limit, 50, 10ms, now);
    EXPECT_EQ(limit.limit(), 4U);
}

TEST(ConcurrencyLimit, DoesNotGrowWhileItIsNotReached) {
    ConcurrencyLimit limit({.fixed = {}, .adaptive = {.initial_concurrency = 5}});
    TimePoint now{};
    for (int i = 0; i < 20; ++i) {
        limit.acquire();
        now += 10ms;
        limit.record(LoadSignal::Answered, 10ms, now);
        limit.release();
    }
    EXPECT_EQ(limit.limit(), 5U);
}

TEST(RateLimit, GivesPlacesPeriodByPeriod) {
    RateLimit rate({.requests = 2, .period = 1s});
    const TimePoint start = TimePoint{} + 100s;
    EXPECT_EQ(rate.reserve(start), start);
    EXPECT_EQ(rate.reserve(start), start);
    EXPECT_EQ(rate.reserve(start), start + 1s);
    EXPECT_EQ(rate.reserve(start), start + 1s);
    EXPECT_EQ(rate.reserve(start), start + 2s);
    EXPECT_EQ(rate.reserve(start + 1500ms), start + 2s);
    EXPECT_EQ(rate.reserve(start + 9s), start + 9s);
}

}  // namespace
}  // namespace engine::delivery
