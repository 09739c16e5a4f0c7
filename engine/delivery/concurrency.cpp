#include "engine/delivery/concurrency.hpp"

#include <algorithm>
#include <cmath>

#include "engine/diagnostic/assert.hpp"

namespace engine::delivery {

ConcurrencyLimit::ConcurrencyLimit(const ConcurrencyOptions& options)
    : options_(options),
      limit_(options.fixed.value_or(std::min(options.adaptive.initial_concurrency,
                                             options.adaptive.max_concurrency_limit))) {}

void ConcurrencyLimit::acquire() {
    ENGINE_ASSERT(available(), "the strand asks before it acquires");
    ++in_flight_;
    reached_limit_ |= in_flight_ >= limit_;
}

void ConcurrencyLimit::release() {
    ENGINE_ASSERT(in_flight_ > 0, "each release follows an acquire");
    --in_flight_;
}

void ConcurrencyLimit::record(LoadSignal signal, std::chrono::nanoseconds round_trip,
                              TimePoint now) {
    if (!adaptive() || signal == LoadSignal::Unknown) {
        return;
    }
    backpressure_ |= signal == LoadSignal::Backpressure;
    sum_seconds_ += std::chrono::duration<double>(round_trip).count();
    ++samples_;
    if (now < next_adjustment_) {
        return;
    }
    const double mean = sum_seconds_ / static_cast<double>(samples_);
    adjust(mean);
    remember(mean);
    next_adjustment_ = now + std::chrono::duration_cast<std::chrono::nanoseconds>(
                                 std::chrono::duration<double>(*past_mean_));
    sum_seconds_ = 0;
    samples_ = 0;
    backpressure_ = false;
    reached_limit_ = in_flight_ >= limit_;
}

void ConcurrencyLimit::adjust(double current_mean) {
    const AdaptiveConcurrencyOptions& tuning = options_.adaptive;
    const double threshold = std::sqrt(past_variance_) * tuning.rtt_deviation_scale;
    const bool slower =
        past_mean_ && current_mean > *past_mean_ && current_mean >= *past_mean_ + threshold;
    if (backpressure_ || slower) {
        limit_ = std::max<std::size_t>(
            1, static_cast<std::size_t>(static_cast<double>(limit_) * tuning.decrease_ratio));
    } else if (reached_limit_ && past_mean_ && current_mean <= *past_mean_ &&
               limit_ < tuning.max_concurrency_limit) {
        ++limit_;
    }
}

void ConcurrencyLimit::remember(double current_mean) {
    if (!past_mean_) {
        past_mean_ = current_mean;
        return;
    }
    const double alpha = options_.adaptive.ewma_alpha;
    const double difference = current_mean - *past_mean_;
    *past_mean_ += alpha * difference;
    past_variance_ = (1 - alpha) * (past_variance_ + alpha * difference * difference);
}

}  // namespace engine::delivery
