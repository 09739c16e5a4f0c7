#include "engine/cli/memory_return.hpp"

#include <malloc.h>
#include <pthread.h>

#include <chrono>

#include "engine/event/large_block.hpp"

namespace engine::cli {

namespace {

constexpr std::size_t burst = std::size_t{16} << 20;
constexpr std::chrono::seconds quiet_time{1};

}  // namespace

MemoryReturn::MemoryReturn(io::MemoryBudget& budget) : budget_(budget) {
    budget_.after_peaks_of(burst, [this] {
        {
            const std::lock_guard lock(mutex_);
            is_due_ = true;
        }
        changed_.notify_one();
    });
    thread_ = std::thread([this] { run(); });
    ::pthread_setname_np(thread_.native_handle(), "memory-return");
}

MemoryReturn::~MemoryReturn() {
    budget_.after_peaks_of(io::MemoryBudget::default_capacity * 2, [] {});
    {
        const std::lock_guard lock(mutex_);
        is_ending_ = true;
    }
    changed_.notify_one();
    thread_.join();
}

void MemoryReturn::run() {
    std::unique_lock lock(mutex_);
    while (!is_ending_) {
        if (!is_due_) {
            changed_.wait(lock);
            continue;
        }
        is_due_ = false;
        const bool goes_on =
            changed_.wait_for(lock, quiet_time, [this] { return is_due_ || is_ending_; });
        if (!goes_on) {
            lock.unlock();
            large_block::release_idle();
            ::malloc_trim(0);
            lock.lock();
        }
    }
}

}  // namespace engine::cli
