#include "engine/delivery/circuit.hpp"

#include <algorithm>

namespace engine::delivery {

bool is_outage(const Attempt& attempt) {
    return attempt.kind != Attempt::Kind::Answered || attempt.status == 502 ||
           attempt.status == 503 || attempt.status == 504;
}

bool Circuit::admits(TimePoint now, std::uint64_t request) const {
    switch (state_) {
        case State::Closed:
            return true;
        case State::Open:
            return now >= next_probe_ || request == prober_;
        case State::Probing:
            break;
    }
    return false;
}

void Circuit::begin(std::uint64_t request) {
    if (state_ == State::Open) {
        state_ = State::Probing;
        prober_ = request;
    }
}

void Circuit::withdraw(std::uint64_t request) {
    if (state_ == State::Probing && prober_ == request) {
        state_ = State::Open;
        prober_ = 0;
    }
}

bool Circuit::counts(const Attempt& attempt, const std::string& key) const {
    const bool unreachable = attempt.kind == Attempt::Kind::Failed;
    return unreachable || key.empty() || last_key_ != key;
}

Circuit::Change Circuit::record(std::uint64_t request, const std::string& key,
                                const Attempt& attempt, TimePoint now,
                                const BackoffOptions& backoff) {
    if (!is_outage(attempt)) {
        const bool was_closed = state_ == State::Closed;
        *this = Circuit();
        return was_closed ? Change::None : Change::Closed;
    }
    if (state_ != State::Closed) {
        // Others that were under way when it opened say nothing new.
        if (state_ == State::Probing && request == prober_) {
            state_ = State::Open;
            postpone(attempt, now, backoff);
        }
        return Change::None;
    }
    if (counts(attempt, key)) {
        ++failures_;
    }
    last_key_ = key;
    if (failures_ < threshold) {
        return Change::None;
    }
    state_ = State::Open;
    prober_ = request;
    postpone(attempt, now, backoff);
    return Change::Opened;
}

void Circuit::postpone(const Attempt& attempt, TimePoint now, const BackoffOptions& backoff) {
    BackoffOptions distances = backoff;
    distances.max = std::min<std::chrono::milliseconds>(backoff.max, longest_distance);
    distances.initial = std::min(distances.initial, distances.max);
    distances.jitter = Jitter::None;
    const std::chrono::nanoseconds distance = distances_.next(distances, [] { return 1.0; });
    next_probe_ = now + std::max(distance, attempt.retry_after.value_or(distance));
}

}  // namespace engine::delivery
