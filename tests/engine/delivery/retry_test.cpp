#include "engine/delivery/retry.hpp"

#include <gtest/gtest.h>

namespace engine::delivery {
namespace {

using namespace std::chrono_literals;

double no_luck() {
    return 1.0;
}

std::vector<std::chrono::nanoseconds> delays(const BackoffOptions& options, int count,
                                             const Random& random = no_luck) {
    Backoff backoff;
    std::vector<std::chrono::nanoseconds> result;
    for (int i = 0; i < count; ++i) {
        result.push_back(backoff.next(options, random));
    }
    return result;
}

using Delays = std::vector<std::chrono::nanoseconds>;

TEST(Backoff, FibonacciGrowsToTheMaximum) {
    BackoffOptions options;
    options.jitter = Jitter::None;
    EXPECT_EQ(delays(options, 9), (Delays{1s, 2s, 3s, 5s, 8s, 13s, 21s, 30s, 30s}));
}

TEST(Backoff, ExponentialDoubles) {
    const BackoffOptions options{BackoffStrategy::Exponential, 500ms, 3s, Jitter::None};
    EXPECT_EQ(delays(options, 5), (Delays{500ms, 1s, 2s, 3s, 3s}));
}

TEST(Backoff, ConstantStays) {
    const BackoffOptions options{BackoffStrategy::Constant, 2s, 30s, Jitter::None};
    EXPECT_EQ(delays(options, 3), (Delays{2s, 2s, 2s}));
}

TEST(Backoff, FullJitterDrawsUpToTheDelay) {
    const BackoffOptions options;
    EXPECT_EQ(delays(options, 3, [] { return 0.5; }), (Delays{500ms, 1s, 1500ms}));
    EXPECT_EQ(delays(options, 2, [] { return 0.0; }), (Delays{0s, 0s}));
}

TEST(Backoff, NeverOverflowsInALongOutage) {
    const BackoffOptions options{BackoffStrategy::Exponential, 1s, 30s, Jitter::None};
    EXPECT_EQ(delays(options, 500).back(), 30s);
}

TEST(RetryStrategy, DefaultRetriesOverloadAndServerErrorsButNotImplemented) {
    const RetryStrategy strategy;
    for (const unsigned status : {408U, 429U, 500U, 502U, 503U, 504U, 505U, 599U}) {
        EXPECT_TRUE(strategy.retries({.status = status})) << status;
    }
    for (const unsigned status : {301U, 400U, 401U, 404U, 409U, 413U, 422U, 501U}) {
        EXPECT_FALSE(strategy.retries({.status = status})) << status;
    }
    EXPECT_TRUE(strategy.retries({.kind = Attempt::Kind::Failed}));
    EXPECT_TRUE(strategy.retries({.kind = Attempt::Kind::TimedOut}));
}

TEST(RetryStrategy, CustomRetriesListedStatusesOnly) {
    const RetryStrategy strategy{RetryStrategy::Kind::Custom, {418}};
    EXPECT_TRUE(strategy.retries({.status = 418}));
    EXPECT_FALSE(strategy.retries({.status = 503}));
    EXPECT_EQ(strategy.reason({.status = 503}), "Custom retry strategy: Service Unavailable");
}

TEST(RetryState, DropsAfterTheLastRetry) {
    RetryPolicy policy;
    policy.attempts = 1;
    RetryState state;
    const Attempt attempt{.status = 503};
    EXPECT_EQ(state.decide(policy, attempt, no_luck).action, RetryDecision::Action::Retry);
    EXPECT_EQ(state.decide(policy, attempt, no_luck).action, RetryDecision::Action::Exhausted);
}

TEST(RetryState, RequeuesAtTheLastDelay) {
    RetryPolicy policy;
    policy.attempts = 2;
    policy.on_exhausted = OnExhausted::Requeue;
    RetryState state;
    const Attempt attempt{.status = 503};
    EXPECT_EQ(state.decide(policy, attempt, no_luck).delay, 1s);
    EXPECT_EQ(state.decide(policy, attempt, no_luck).delay, 2s);
    EXPECT_EQ(state.decide(policy, attempt, no_luck).delay, 3s);
    EXPECT_EQ(state.retries(), 1U);
}

TEST(RetryState, WaitsAsLongAsTheDestinationAsks) {
    RetryState state;
    const Attempt attempt{.status = 429, .retry_after = 7s};
    EXPECT_EQ(state.decide({}, attempt, no_luck).delay, 7s);
    RetryState other;
    EXPECT_EQ(other.decide({}, {.status = 429, .retry_after = 10h}, no_luck).delay, 1h);
}

TEST(RetryAfter, ReadsSecondsAndDates) {
    const auto now = std::chrono::system_clock::from_time_t(784111777);  // the RFC's example
    EXPECT_EQ(parse_retry_after("3", now), 3s);
    EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:49:47 GMT", now), 10s);
    EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:49:07 GMT", now), 0s);
    EXPECT_EQ(parse_retry_after("soon", now), std::nullopt);
    EXPECT_EQ(parse_retry_after("-1", now), std::nullopt);
}

}  // namespace
}  // namespace engine::delivery
