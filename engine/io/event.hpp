#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <utility>
#include <vector>

#include "engine/io/suspension.hpp"
#include "engine/io/task.hpp"

namespace engine::io {

/// A manual-reset event that coroutines wait for. `set` from any thread; each waiter continues on
/// its own worker. Outlives its waiters by the owner's promise.
class Event {
public:
    void set();
    void reset();
    [[nodiscard]] bool is_set() const;

    /// Completes once the event is set; at once when it is.
    [[nodiscard]] Task<> wait();
    /// True when the event was set in time.
    [[nodiscard]] Task<bool> wait_for(std::chrono::nanoseconds duration);

private:
    using WaiterId = std::uint64_t;
    /// Calls `resume` at once when the event is set.
    WaiterId add_waiter(Resume resume);
    void remove_waiter(WaiterId id);

    mutable std::mutex mutex_;
    bool set_ = false;
    WaiterId next_id_ = 1;
    std::vector<std::pair<WaiterId, Resume>> waiters_;
};

}  // namespace engine::io
