#include "engine/io/memory_budget.hpp"

#include <utility>

namespace engine::io {

MemoryReservation::MemoryReservation(MemoryReservation&& other) noexcept
    : budget_(std::exchange(other.budget_, nullptr)),
      bytes_(std::exchange(other.bytes_, 0)),
      overdrawn_(std::exchange(other.overdrawn_, false)) {}

MemoryReservation& MemoryReservation::operator=(MemoryReservation&& other) noexcept {
    if (this != &other) {
        release();
        budget_ = std::exchange(other.budget_, nullptr);
        bytes_ = std::exchange(other.bytes_, 0);
        overdrawn_ = std::exchange(other.overdrawn_, false);
    }
    return *this;
}

void MemoryReservation::release() {
    if (budget_ == nullptr)
        return;
    std::exchange(budget_, nullptr)
        ->give_back(std::exchange(bytes_, 0), std::exchange(overdrawn_, false));
}

void MemoryReservation::shrink(std::size_t bytes) {
    if (budget_ == nullptr || bytes >= bytes_)
        return;
    const std::size_t excess = bytes_ - bytes;
    bytes_ = bytes;
    budget_->give_back(excess, false);
}

MemoryBudget& MemoryBudget::process() {
    static MemoryBudget budget(default_capacity);
    return budget;
}

// Lock-free, so that a request that finds room costs two atomic operations. A release that misses
// a waiter is impossible: the waiter counts itself in before it looks at `free_` a last time, the
// release adds to `free_` before it looks at the count, both sequentially consistent.
bool MemoryBudget::take(std::int64_t bytes) {
    std::int64_t free = free_.load();
    for (;;) {
        if (free < bytes && free != capacity_)
            return false;
        if (free_.compare_exchange_weak(free, free - bytes)) {
            if (free - bytes <= peak_free_ && !peaked_.load(std::memory_order_relaxed))
                peaked_ = true;
            return true;
        }
    }
}

bool MemoryBudget::try_reserve(std::size_t bytes, MemoryReservation& into) {
    if (waiting_.load() != 0 || !take(static_cast<std::int64_t>(bytes)))
        return false;
    into = MemoryReservation(this, bytes);
    return true;
}

Task<MemoryReservation> MemoryBudget::reserve(std::size_t bytes) {
    MemoryReservation reservation;
    if (try_reserve(bytes, reservation))
        co_return reservation;
    co_await suspend([this, bytes](Resume resume) {
        wait(Waiter{static_cast<std::int64_t>(bytes), nullptr, std::move(resume)});
    });
    co_return MemoryReservation(this, bytes);
}

Task<> MemoryBudget::grow(MemoryReservation& reservation, std::size_t more) {
    const auto bytes = static_cast<std::int64_t>(more);
    reservation.budget_ = this;
    if (!take(bytes)) {
        co_await suspend([this, bytes, &reservation](Resume resume) {
            wait(Waiter{bytes, &reservation, std::move(resume)});
        });
    }
    reservation.bytes_ += more;
}

bool MemoryBudget::take_growth(std::int64_t bytes, MemoryReservation& reservation) {
    if (take(bytes))
        return true;
    if (overdraft_taken_ && !reservation.overdrawn_)
        return false;
    overdraft_taken_ = true;
    reservation.overdrawn_ = true;
    free_.fetch_sub(bytes);
    return true;
}

void MemoryBudget::wait(Waiter waiter) {
    const std::lock_guard lock(mutex_);
    ++waiting_;
    // The one that may overdraw goes first: it must never wait behind those that wait for it.
    if (waiter.growing != nullptr && waiter.growing->overdrawn_)
        growing_.push_front(std::move(waiter));
    else
        (waiter.growing != nullptr ? growing_ : starting_).push_back(std::move(waiter));
    serve_waiters();
}

void MemoryBudget::serve_waiters() {
    const auto resume_first = [this](std::deque<Waiter>& queue) {
        Resume resume = std::move(queue.front().resume);
        queue.pop_front();
        --waiting_;
        resume();
    };
    while (!growing_.empty() && take_growth(growing_.front().bytes, *growing_.front().growing))
        resume_first(growing_);
    while (growing_.empty() && !starting_.empty() && take(starting_.front().bytes))
        resume_first(starting_);
}

void MemoryBudget::after_peaks_of(std::size_t bytes, std::function<void()> notify) {
    peak_free_ = capacity_ - static_cast<std::int64_t>(bytes);
    after_peak_ = std::move(notify);
}

void MemoryBudget::give_back(std::size_t bytes, bool overdrawn) {
    const auto returned = static_cast<std::int64_t>(bytes);
    if (free_.fetch_add(returned) + returned == capacity_ && peaked_.load() &&
        peaked_.exchange(false))
        after_peak_();
    if (!overdrawn && waiting_.load() == 0)
        return;
    const std::lock_guard lock(mutex_);
    if (overdrawn)
        overdraft_taken_ = false;
    serve_waiters();
}

}  // namespace engine::io
