#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "engine/delivery/clock.hpp"

namespace engine::delivery {

/// Tuning of the adaptive limit; names and defaults are Vector's.
struct AdaptiveConcurrencyOptions {
    std::size_t initial_concurrency = 1;
    std::size_t max_concurrency_limit = 200;
    double decrease_ratio = 0.9;
    double ewma_alpha = 0.4;
    double rtt_deviation_scale = 2.5;
};

struct ConcurrencyOptions {
    std::optional<std::size_t> fixed;  // unset: adaptive
    AdaptiveConcurrencyOptions adaptive;
};

/// What an answer says about the load of the destination.
enum class LoadSignal : std::uint8_t {
    Answered,      // its round trip time counts
    Backpressure,  // it asked for less, or did not answer in time
    Unknown,       // no connection: neither time nor load is known
};

/// How many requests may be under way at once: a fixed number, or one that adapts (additive
/// increase, multiplicative decrease) to the round trip times. Those are averaged over one round
/// trip; against the exponentially weighted past, one that is no longer raises a limit that was
/// reached by one, and one that is longer by `rtt_deviation_scale` deviations, or a sign of
/// backpressure, lowers it to `decrease_ratio` of itself. Belongs to the sink's strand.
class ConcurrencyLimit {
public:
    explicit ConcurrencyLimit(const ConcurrencyOptions& options);

    [[nodiscard]] bool adaptive() const { return !options_.fixed; }
    [[nodiscard]] std::size_t limit() const { return limit_; }
    [[nodiscard]] std::size_t in_flight() const { return in_flight_; }
    [[nodiscard]] bool available() const { return in_flight_ < limit_; }

    /// Requires available().
    void acquire();
    void release();
    /// Takes the end of an attempt into account. Before its `release`.
    void record(LoadSignal signal, std::chrono::nanoseconds round_trip, TimePoint now);

private:
    void adjust(double current_mean);
    void remember(double current_mean);

    ConcurrencyOptions options_;
    std::size_t limit_;
    std::size_t in_flight_ = 0;
    bool reached_limit_ = false;
    bool backpressure_ = false;
    // Of this measurement
    double sum_seconds_ = 0;
    std::size_t samples_ = 0;
    TimePoint next_adjustment_{};
    // Of all before
    std::optional<double> past_mean_;
    double past_variance_ = 0;
};

}  // namespace engine::delivery
