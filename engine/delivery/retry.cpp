#include "engine/delivery/retry.hpp"

#include <absl/time/time.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "engine/io/http_message.hpp"

namespace engine::delivery {

namespace {

using namespace std::chrono_literals;

/// A destination cannot ask for more than that.
constexpr std::chrono::nanoseconds longest_retry_after = 1h;

std::string_view name_of(RetryStrategy::Kind kind) {
    switch (kind) {
        case RetryStrategy::Kind::Default:
            return "Default retry strategy";
        case RetryStrategy::Kind::All:
            return "Retry all strategy";
        case RetryStrategy::Kind::None:
            return "Never retry strategy";
        case RetryStrategy::Kind::Custom:
            break;
    }
    return "Custom retry strategy";
}

}  // namespace

bool RetryStrategy::retries(const Attempt& attempt) const {
    if (kind == Kind::None) {
        return false;
    }
    if (attempt.kind != Attempt::Kind::Answered) {
        return true;
    }
    switch (kind) {
        case Kind::All:
            return true;
        case Kind::Custom:
            return std::ranges::find(status_codes, attempt.status) != status_codes.end();
        case Kind::Default:
        case Kind::None:
            break;
    }
    return attempt.status == 408 || attempt.status == 429 ||
           (attempt.status >= 500 && attempt.status != 501);
}

std::string RetryStrategy::reason(const Attempt& attempt) const {
    if (attempt.kind != Attempt::Kind::Answered) {
        return fmt::format("{}: {}", name_of(kind), attempt.error);
    }
    return fmt::format("{}: {}", name_of(kind), io::status_phrase(attempt.status));
}

RetryDecision RetryState::decide(const RetryPolicy& policy, const Attempt& attempt,
                                 const Random& random) {
    ++failures_;
    if (!policy.strategy.retries(attempt)) {
        return {RetryDecision::Action::NotRetriable};
    }
    if (retries_ >= policy.attempts) {
        if (policy.on_exhausted != OnExhausted::Requeue) {
            return {RetryDecision::Action::Exhausted};
        }
        retries_ = 0;  // the delay stays where it is
    }
    ++retries_;
    const auto delay = std::max(backoff_.next(policy.backoff, random),
                                std::min(attempt.retry_after.value_or(0ns), longest_retry_after));
    return {RetryDecision::Action::Retry, delay};
}

std::optional<std::chrono::nanoseconds> parse_retry_after(
    std::string_view value, std::chrono::system_clock::time_point now) {
    std::uint32_t seconds = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), seconds);
    if (error == std::errc{} && end == value.data() + value.size()) {
        return std::chrono::seconds(seconds);
    }
    absl::Time date;
    // The only date form that RFC 9110 lets senders generate.
    if (!absl::ParseTime("%a, %d %b %Y %H:%M:%S GMT", std::string(value), &date, nullptr)) {
        return std::nullopt;
    }
    return std::max<std::chrono::nanoseconds>(
        0ns, absl::ToChronoNanoseconds(date - absl::FromChrono(now)));
}

}  // namespace engine::delivery
