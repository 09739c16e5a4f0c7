#pragma once

#include <chrono>
#include <cstdint>
#include <functional>

namespace engine::delivery {

enum class BackoffStrategy : std::uint8_t { Exponential, Fibonacci, Constant };
enum class Jitter : std::uint8_t { Full, None };

/// How long to wait between the attempts of one request. Plain values.
struct BackoffOptions {
    BackoffStrategy strategy = BackoffStrategy::Fibonacci;
    std::chrono::milliseconds initial{1'000};
    std::chrono::milliseconds max{30'000};
    Jitter jitter = Jitter::Full;
};

/// Uniformly distributed in [0, 1).
using Random = std::function<double()>;
/// Seeded by the system, one generator a thread.
[[nodiscard]] double system_random();

/// The delays of one request: initial times 1, 2, 4, 8 … (exponential), 1, 2, 3, 5 … (Fibonacci) or
/// 1, 1, 1 … (constant), never above the maximum. With full jitter each is drawn uniformly between
/// nothing and that. A value.
class Backoff {
public:
    [[nodiscard]] std::chrono::nanoseconds next(const BackoffOptions& options,
                                                const Random& random);

private:
    std::chrono::milliseconds previous_{0};
    std::chrono::milliseconds current_{0};
};

}  // namespace engine::delivery
