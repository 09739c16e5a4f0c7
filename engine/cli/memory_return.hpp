#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "engine/io/memory_budget.hpp"

namespace engine::cli {

/// Returns memory to the system after a burst: the allocator keeps what it was given back in pieces
/// (900 MiB after three seconds of 1 MiB bodies). Once many bytes of bodies were in memory, none
/// are left and none have come for a second, it is asked to let go. Its thread sleeps until then.
class MemoryReturn {
public:
    explicit MemoryReturn(io::MemoryBudget& budget);
    ~MemoryReturn();
    MemoryReturn(const MemoryReturn&) = delete;
    MemoryReturn& operator=(const MemoryReturn&) = delete;

private:
    void run();

    io::MemoryBudget& budget_;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool is_due_ = false;
    bool is_ending_ = false;
    std::thread thread_;
};

}  // namespace engine::cli
