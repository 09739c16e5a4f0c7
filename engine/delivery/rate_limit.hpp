#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "engine/delivery/clock.hpp"

namespace engine::delivery {

struct RateLimitOptions {
    std::uint64_t requests = INT64_MAX;  // within each period
    std::chrono::nanoseconds period = std::chrono::seconds(1);
};

/// At most so many requests within each period; a period begins with its first request. Belongs to
/// the sink's strand.
class RateLimit {
public:
    explicit RateLimit(const RateLimitOptions& options) : options_(options) {}

    /// When the next request may go: now, or the beginning of the period that has room for it. The
    /// place is taken, so callers that wait keep their order.
    [[nodiscard]] TimePoint reserve(TimePoint now) {
        if (now >= period_begin_ + options_.period) {
            period_begin_ = now;
            used_ = 0;
        } else if (used_ >= options_.requests) {
            period_begin_ += options_.period;
            used_ = 0;
        }
        ++used_;
        return std::max(now, period_begin_);
    }

private:
    RateLimitOptions options_;
    TimePoint period_begin_{};
    std::uint64_t used_ = 0;
};

}  // namespace engine::delivery
