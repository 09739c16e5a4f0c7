#pragma once

#include <chrono>

#include "engine/io/stop.hpp"
#include "engine/io/task.hpp"

namespace engine::io {

/// How a sleep ended.
enum class SleepResult { Elapsed, Stopped };

/// Suspends the calling coroutine on its own worker for `duration`, or until a stop is requested.
[[nodiscard]] Task<SleepResult> sleep_for(std::chrono::nanoseconds duration, StopToken stop = {});

}  // namespace engine::io
