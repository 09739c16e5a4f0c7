#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <vector>

#include "engine/io/runtime.hpp"
#include "engine/io/stop.hpp"
#include "engine/io/task.hpp"
#include "engine/io/worker_balance.hpp"

namespace engine::io {

/// Knows which worker has how many of a server's connections, and places them: each on the worker
/// that has the fewest, among those that `WorkerBalance` wants to be active. Measures only while
/// many requests come in. Any thread may call it; shared with what it has posted to workers.
class ConnectionSpread : public std::enable_shared_from_this<ConnectionSpread> {
public:
    explicit ConnectionSpread(Runtime& runtime);

    /// The worker for a connection that is new or has left another; counts it there.
    [[nodiscard]] std::size_t place();
    void remove(std::size_t worker);
    [[nodiscard]] std::size_t open() const;

    /// On `worker`: one of its connections, which is free to move, has answered a request. True
    /// when it is to leave for the worker that `place` then names.
    [[nodiscard]] bool answered(std::size_t worker);

    void stop() { stopping_.request_stop(); }

private:
    /// What is known about one worker; on a cache line of its own, for its thread writes to it with
    /// every request.
    struct alignas(64) Home {
        std::atomic<std::size_t> open{0};
        std::atomic<std::size_t> requests{0};
        /// Connections that are to leave.
        std::atomic<std::ptrdiff_t> surplus{0};
        std::atomic<bool> probed{false};  // a probe has not had its turn yet
        std::atomic<std::chrono::nanoseconds> wait{};
        // Of the measuring coroutine alone:
        std::chrono::steady_clock::time_point probe_begin;
        std::chrono::nanoseconds processor_time{};
        std::size_t requests_before = 0;
    };

    [[nodiscard]] Task<> measure();
    void probe(std::size_t worker);
    [[nodiscard]] WorkerBalance::Load take_load(std::size_t worker);
    void spread_over(std::size_t active);

    Runtime& runtime_;
    std::vector<Home> homes_;
    std::atomic<std::size_t> active_;
    std::atomic<bool> measuring_{false};
    StopSource stopping_;
};

}  // namespace engine::io
