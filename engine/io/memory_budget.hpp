#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <mutex>

#include "engine/io/suspension.hpp"
#include "engine/io/task.hpp"

namespace engine::io {

class MemoryBudget;

/// Bytes taken from a budget; gives them back when destroyed. Moves between threads freely.
class MemoryReservation {
public:
    MemoryReservation() = default;
    MemoryReservation(MemoryReservation&& other) noexcept;
    MemoryReservation& operator=(MemoryReservation&& other) noexcept;
    ~MemoryReservation() { release(); }

    [[nodiscard]] std::size_t bytes() const { return bytes_; }
    void release();
    /// Gives back what exceeds `bytes`.
    void shrink(std::size_t bytes);

private:
    friend class MemoryBudget;
    MemoryReservation(MemoryBudget* budget, std::size_t bytes) : budget_(budget), bytes_(bytes) {}

    MemoryBudget* budget_ = nullptr;
    std::size_t bytes_ = 0;
    bool overdrawn_ = false;
};

/// How many bytes of received bodies may be in memory at once, for the whole process. Requests
/// that find it exhausted wait in order. Outlives its reservations.
///
/// A body whose length is unknown grows its reservation step by step; so that several half-read
/// bodies cannot wait for each other for ever, one reservation at a time may overdraw the budget.
/// The bound is thus the capacity plus one largest body.
class MemoryBudget {
public:
    static constexpr std::size_t default_capacity = std::size_t{256} << 20;

    explicit MemoryBudget(std::size_t capacity)
        : free_(static_cast<std::int64_t>(capacity)),
          capacity_(static_cast<std::int64_t>(capacity)) {}
    MemoryBudget(const MemoryBudget&) = delete;
    MemoryBudget& operator=(const MemoryBudget&) = delete;

    /// The budget of this process, of the default capacity.
    [[nodiscard]] static MemoryBudget& process();

    /// `notify` is called, on any thread and from then on, whenever the last reservation has gone
    /// after `bytes` or more were reserved at once.
    void after_peaks_of(std::size_t bytes, std::function<void()> notify);

    /// Takes `bytes` when they are free and nobody waits. More than the capacity is granted while
    /// nothing else is reserved.
    [[nodiscard]] bool try_reserve(std::size_t bytes, MemoryReservation& into);
    /// Suspends the caller until `bytes` are free.
    [[nodiscard]] Task<MemoryReservation> reserve(std::size_t bytes);
    /// Raises a reservation by `more`, before those that wait for their first byte.
    [[nodiscard]] Task<> grow(MemoryReservation& reservation, std::size_t more);

    /// Bytes not reserved; below zero while overdrawn.
    [[nodiscard]] std::int64_t available() const { return free_.load(); }

private:
    friend class MemoryReservation;
    struct Waiter {
        std::int64_t bytes;
        MemoryReservation* growing;  // null for a first reservation
        Resume resume;
    };

    bool take(std::int64_t bytes);
    bool take_growth(std::int64_t bytes, MemoryReservation& reservation);
    void give_back(std::size_t bytes, bool overdrawn);
    void serve_waiters();
    void wait(Waiter waiter);

    std::atomic<std::int64_t> free_;
    const std::int64_t capacity_;
    std::atomic<std::size_t> waiting_{0};
    std::int64_t peak_free_ = std::numeric_limits<std::int64_t>::min();  // set before any use
    std::function<void()> after_peak_;
    std::atomic<bool> peaked_{false};
    std::mutex mutex_;  // guards the rest
    bool overdraft_taken_ = false;
    std::deque<Waiter> growing_;
    std::deque<Waiter> starting_;
};

}  // namespace engine::io
