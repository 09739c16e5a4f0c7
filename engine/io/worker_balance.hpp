#pragma once

#include <chrono>
#include <cstddef>
#include <span>
#include <utility>

namespace engine::io {

/// Decides over how many workers the connections of a server are spread. A worker that sleeps and
/// wakes for every request spends about 5 us on that, so cheap requests are served by as few
/// workers as keep up with them, and the others rest. Requests that cost more than that matters, or
/// that wait for their turn, get all workers. Pure: it is told what was measured.
class WorkerBalance {
public:
    static constexpr std::chrono::milliseconds period{10};

    /// Of one worker over one period.
    struct Load {
        std::chrono::nanoseconds busy{};  // processor time that its thread used
        std::chrono::nanoseconds wait{};  // until something posted to it had its turn
        std::size_t requests = 0;
    };

    explicit WorkerBalance(std::size_t workers) : workers_(workers), active_(workers) {}

    /// Connections belong on the workers below this number.
    [[nodiscard]] std::size_t active() const { return active_; }
    /// Too little comes in for a balance to matter: all workers are active again, and nothing needs
    /// to be measured until more comes.
    [[nodiscard]] bool at_rest() const { return quiet_periods_ >= periods_to_rest; }

    /// `loads` has one for each worker. True when `active` has changed.
    bool update(std::span<const Load> loads);

    /// Requests in a period from which on a balance matters.
    static constexpr std::size_t many_requests = 64;

private:
    static constexpr int periods_to_rest = 10;

    bool use(std::size_t workers);

    std::size_t workers_;
    std::size_t active_;
    std::chrono::nanoseconds wait_{};  // running mean over the active ones
    int quiet_periods_ = 0;
    int crowded_periods_ = 0;
    int calm_periods_ = 0;
    /// Calm periods before one more worker rests; doubled each time that this proved wrong.
    int patience_ = 5;
};

}  // namespace engine::io
