#pragma once

#include <cstddef>
#include <functional>

#include "engine/io/runtime.hpp"
#include "engine/io/task.hpp"

namespace engine::io {

/// Calls `work` with each number below `count`, on all workers at once and in any order; completes
/// when all calls have returned. The calling coroutine's worker takes part, so that nothing waits
/// for workers that are busy with something else. `work` must not throw.
[[nodiscard]] Task<> run_on_all_workers(Runtime& runtime, std::size_t count,
                                        std::function<void(std::size_t)> work);

}  // namespace engine::io
