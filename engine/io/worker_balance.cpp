#include "engine/io/worker_balance.hpp"

#include <algorithm>

namespace engine::io {

namespace {

using std::chrono::duration;
using std::chrono::microseconds;
using std::chrono::nanoseconds;

/// A request that costs more than this gains nothing from workers that rest.
constexpr microseconds cheap_request{30};
/// Longer waits call for more workers, far shorter ones allow fewer. A single one says little: a
/// busy system takes the processor away for milliseconds at times.
constexpr microseconds long_wait{600};
constexpr microseconds short_wait{300};
constexpr double full_worker = 0.9;
/// Fewer workers do the same work with less (measured: four need 12.5 us for a request that costs
/// one of them 7.5), so that this much for each of those that remain still fits.
constexpr double fits_after_merging = 1.35;
constexpr int periods_of_crowd = 2;
constexpr int longest_patience = 500;

}  // namespace

bool WorkerBalance::use(std::size_t workers) {
    crowded_periods_ = calm_periods_ = 0;
    return std::exchange(active_, workers) != workers;
}

bool WorkerBalance::update(std::span<const Load> loads) {
    nanoseconds busy{};
    nanoseconds longest_busy{};
    nanoseconds waits{};
    std::size_t requests = 0;
    for (const Load& load : loads) {
        busy += load.busy;
        requests += load.requests;
        longest_busy = std::max(longest_busy, load.busy);
        waits += std::min<nanoseconds>(load.wait, 2 * long_wait);
    }
    wait_ = (7 * wait_ + waits / static_cast<std::int64_t>(active_)) / 8;
    quiet_periods_ = requests < many_requests ? quiet_periods_ + 1 : 0;
    if (at_rest()) {
        patience_ = 5;
        return use(workers_);
    }
    if (quiet_periods_ > 0) {
        return false;
    }
    const bool cheap = busy / static_cast<std::int64_t>(requests) < cheap_request;
    const bool full = longest_busy > full_worker * nanoseconds(period);
    crowded_periods_ = wait_ > long_wait || (full && !cheap) ? crowded_periods_ + 1 : 0;
    if (crowded_periods_ >= periods_of_crowd && active_ < workers_) {
        patience_ = std::min(2 * patience_, longest_patience);
        return use(std::min(2 * active_, workers_));
    }
    const bool fits = active_ > 1 && busy < fits_after_merging * static_cast<double>(active_ - 1) *
                                                duration<double, std::nano>(period);
    calm_periods_ = cheap && fits && wait_ < short_wait ? calm_periods_ + 1 : 0;
    return calm_periods_ >= patience_ && use(active_ - 1);
}

}  // namespace engine::io
