#include "engine/delivery/backoff.hpp"

#include <algorithm>
#include <random>

namespace engine::delivery {

double system_random() {
    thread_local std::mt19937_64 generator{std::random_device{}()};
    return std::uniform_real_distribution<double>(0.0, 1.0)(generator);
}

std::chrono::nanoseconds Backoff::next(const BackoffOptions& options, const Random& random) {
    using std::chrono::milliseconds;
    if (current_ == milliseconds::zero()) {
        previous_ = current_ = options.initial;
    } else if (options.strategy == BackoffStrategy::Exponential) {
        current_ *= 2;
    } else if (options.strategy == BackoffStrategy::Fibonacci) {
        previous_ = std::exchange(current_, previous_ + current_);
    }
    // Both stay bounded, so that neither overflows however long an outage lasts.
    current_ = std::min(current_, options.max);
    previous_ = std::min(previous_, options.max);
    const std::chrono::duration<double, std::milli> delay =
        options.jitter == Jitter::Full
            ? std::chrono::duration<double, std::milli>(current_) * random()
            : std::chrono::duration<double, std::milli>(current_);
    return std::chrono::duration_cast<std::chrono::nanoseconds>(delay);
}

}  // namespace engine::delivery
