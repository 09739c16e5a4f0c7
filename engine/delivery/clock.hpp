#pragma once

#include <chrono>

#include "engine/io/stop.hpp"
#include "engine/io/task.hpp"
#include "engine/io/timer.hpp"

namespace engine::delivery {

using TimePoint = std::chrono::steady_clock::time_point;

/// The time as delivery sees it: a seam, so that tests need not wait. Used on the sink's worker.
class Clock {
public:
    virtual ~Clock() = default;
    [[nodiscard]] virtual TimePoint now() const = 0;
    [[nodiscard]] virtual io::Task<io::SleepResult> sleep(std::chrono::nanoseconds duration,
                                                          io::StopToken stop) = 0;
    /// The real one; lives as long as the process.
    [[nodiscard]] static Clock& steady();
};

}  // namespace engine::delivery
