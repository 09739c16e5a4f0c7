#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/delivery/backoff.hpp"
#include "engine/delivery/clock.hpp"
#include "engine/delivery/retry.hpp"

namespace engine::delivery {

/// Whether a destination is worth trying. It opens after `threshold` failures in a row that speak
/// of the destination rather than of a request; while it is open one attempt at a time probes, at
/// growing distances; any answer closes it. A refusal that may concern one ordering key only (502,
/// 503, 504, no answer in time) counts once for a key, so that a key that is stuck does not take
/// the others with it. Knows no clock: it is told the time. Belongs to the sink's strand.
class Circuit {
public:
    enum class State : std::uint8_t { Closed, Open, Probing };
    enum class Change : std::uint8_t { None, Opened, Closed };

    static constexpr unsigned threshold = 5;
    /// Probes are never further apart, however long requests wait between their own attempts.
    static constexpr std::chrono::seconds longest_distance{10};

    [[nodiscard]] State state() const { return state_; }
    /// Whether the request may be sent now. The one whose failure was the last goes by its own
    /// delays.
    [[nodiscard]] bool admits(TimePoint now, std::uint64_t request) const;
    /// An attempt begins that was admitted.
    void begin(std::uint64_t request);
    /// An attempt has ended. `backoff` gives the distances of the probes.
    Change record(std::uint64_t request, const std::string& key, const Attempt& attempt,
                  TimePoint now, const BackoffOptions& backoff);
    /// A probe that was admitted was not sent after all.
    void withdraw(std::uint64_t request);
    /// When the next probe may go; requires that it is open.
    [[nodiscard]] TimePoint next_probe() const { return next_probe_; }
    /// Nothing is held against the destination.
    [[nodiscard]] bool pristine() const { return state_ == State::Closed && failures_ == 0; }

private:
    [[nodiscard]] bool counts(const Attempt& attempt, const std::string& key) const;
    void postpone(const Attempt& attempt, TimePoint now, const BackoffOptions& backoff);

    State state_ = State::Closed;
    unsigned failures_ = 0;
    std::optional<std::string> last_key_;  // of the failures that may concern a key only
    std::uint64_t prober_ = 0;
    TimePoint next_probe_{};
    Backoff distances_;
};

/// Whether an attempt says that the destination, not the request, is at fault.
[[nodiscard]] bool is_outage(const Attempt& attempt);

}  // namespace engine::delivery
