#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/delivery/backoff.hpp"

namespace engine::delivery {

/// How one attempt to send a request ended. A plain value.
struct Attempt {
    enum class Kind : std::uint8_t {
        Answered,  // with `status`
        Failed,    // no connection, or none that lasted: `error` says why
        TimedOut,
    };
    Kind kind = Kind::Answered;
    unsigned status = 0;
    std::optional<std::chrono::nanoseconds> retry_after{};
    std::string error{};

    [[nodiscard]] bool succeeded() const {
        return kind == Kind::Answered && status >= 200 && status < 300;
    }
    /// The destination asks for less: 429, 503, or no answer in time.
    [[nodiscard]] bool is_backpressure() const {
        return kind == Kind::TimedOut ||
               (kind == Kind::Answered && (status == 429 || status == 503));
    }
};

/// Which answers are worth another attempt. A plain value.
struct RetryStrategy {
    enum class Kind : std::uint8_t {
        Default,  // 408, 429 and 5xx but 501
        All,      // whatever is no success
        None,
        Custom,  // `status_codes`
    };
    Kind kind = Kind::Default;
    std::vector<unsigned> status_codes{};

    [[nodiscard]] bool retries(const Attempt& attempt) const;
    /// "Default retry strategy: Service Unavailable"
    [[nodiscard]] std::string reason(const Attempt& attempt) const;
};

/// What happens to a request whose retries are used up.
enum class OnExhausted : std::uint8_t {
    Requeue,  // a new round begins, at the last delay
    Drop,
    DeadLetter,  // it goes to the sink's `rejected` output
};

/// Everything that decides about retries. A plain value.
struct RetryPolicy {
    RetryStrategy strategy;
    std::uint64_t attempts = INT64_MAX;  // beyond the first one
    BackoffOptions backoff;
    OnExhausted on_exhausted = OnExhausted::Drop;
};

/// What to do after a failed attempt.
struct RetryDecision {
    enum class Action : std::uint8_t { Retry, NotRetriable, Exhausted };
    Action action;
    std::chrono::nanoseconds delay{};  // Retry
};

/// The retries of one request. A value.
class RetryState {
public:
    /// Requires an attempt that did not succeed. A `Retry-After` lengthens the delay, up to an
    /// hour.
    [[nodiscard]] RetryDecision decide(const RetryPolicy& policy, const Attempt& attempt,
                                       const Random& random);
    /// Retries in this round.
    [[nodiscard]] std::uint64_t retries() const { return retries_; }
    /// Attempts that have failed, in all rounds.
    [[nodiscard]] std::uint64_t failures() const { return failures_; }

private:
    Backoff backoff_;
    std::uint64_t failures_ = 0;
    std::uint64_t retries_ = 0;
};

/// The value of a `Retry-After` header: seconds, or an HTTP date compared to `now`.
[[nodiscard]] std::optional<std::chrono::nanoseconds> parse_retry_after(
    std::string_view value, std::chrono::system_clock::time_point now);

}  // namespace engine::delivery
