#include "engine/io/parallel.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <numeric>
#include <vector>

#include "tests/engine/io/io_test_support.hpp"

namespace engine::io {
namespace {

Task<bool> count_to(Runtime& runtime, std::size_t count, std::vector<int>& calls) {
    co_await run_on_all_workers(runtime, count, [&](std::size_t i) { ++calls[i]; });
    co_return true;
}

TEST(RunOnAllWorkers, CallsEachOnce) {
    testing::StartedRuntime runtime(3);
    for (const std::size_t count : {0U, 1U, 2U, 3U, 100U, 5000U}) {
        std::vector<int> calls(count);
        EXPECT_TRUE(testing::run_on(runtime.worker(1), count_to(runtime, count, calls)));
        EXPECT_EQ(std::accumulate(calls.begin(), calls.end(), 0), static_cast<int>(count));
        EXPECT_EQ(std::ranges::count(calls, 1), static_cast<std::ptrdiff_t>(count));
    }
}

TEST(RunOnAllWorkers, DoesNotNeedTheOthers) {
    std::atomic<bool> release{false};
    std::atomic<bool> busy{false};
    testing::StartedRuntime runtime(2);  // ends first
    runtime.worker(1).post([&] {
        busy = true;
        busy.notify_all();
        release.wait(false);
    });
    busy.wait(false);
    std::vector<int> calls(50);
    EXPECT_TRUE(testing::run_on(runtime.worker(0), count_to(runtime, calls.size(), calls)));
    EXPECT_EQ(std::ranges::count(calls, 1), 50);
    release = true;
    release.notify_all();
}

}  // namespace
}  // namespace engine::io
