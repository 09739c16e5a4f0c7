#include "engine/io/worker_balance.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace engine::io {
namespace {

using namespace std::chrono_literals;
using Load = WorkerBalance::Load;

/// Periods in which `active` workers share `requests`, each costing `cost`, and wait for `wait`.
struct Traffic {
    std::size_t requests;
    std::chrono::nanoseconds cost;
    std::chrono::nanoseconds wait;

    [[nodiscard]] std::vector<Load> over(std::size_t active, std::size_t workers) const {
        std::vector<Load> loads(workers);
        for (std::size_t i = 0; i < active; ++i) {
            loads[i].requests = requests / active;
            loads[i].busy = std::min<std::chrono::nanoseconds>(
                WorkerBalance::period, static_cast<std::int64_t>(requests / active) * cost);
            loads[i].wait = wait;
        }
        return loads;
    }
};

void run(WorkerBalance& balance, std::size_t workers, const Traffic& traffic, int periods) {
    for (int i = 0; i < periods; ++i) {
        balance.update(traffic.over(balance.active(), workers));
    }
}

constexpr Traffic cheap_and_many{1000, 8us, 50us};
constexpr Traffic dear{200, 150us, 50us};
constexpr Traffic cheap_but_waiting{1200, 8us, 2ms};
constexpr Traffic few{3, 8us, 10us};

TEST(WorkerBalance, StartsWithAllWorkers) {
    EXPECT_EQ(WorkerBalance(4).active(), 4U);
}

TEST(WorkerBalance, CheapRequestsGetAsFewWorkersAsKeepUp) {
    WorkerBalance balance(4);
    run(balance, 4, cheap_and_many, 100);
    EXPECT_EQ(balance.active(), 1U);
}

TEST(WorkerBalance, MoreThanAWorkerCanDoKeepsMoreWorkers) {
    WorkerBalance balance(4);
    run(balance, 4, {3500, 8us, 100us}, 200);
    EXPECT_EQ(balance.active(), 3U);
}

TEST(WorkerBalance, DearRequestsKeepAllWorkers) {
    WorkerBalance balance(4);
    run(balance, 4, dear, 200);
    EXPECT_EQ(balance.active(), 4U);
}

TEST(WorkerBalance, RequestsThatBecomeDearGetTheirWorkersBack) {
    WorkerBalance balance(4);
    run(balance, 4, cheap_and_many, 100);
    run(balance, 4, dear, 10);
    EXPECT_EQ(balance.active(), 4U);
}

TEST(WorkerBalance, WaitingRequestsGetMoreWorkers) {
    WorkerBalance balance(4);
    run(balance, 4, cheap_and_many, 100);
    run(balance, 4, cheap_but_waiting, 20);
    EXPECT_GT(balance.active(), 1U);
}

TEST(WorkerBalance, OneLongWaitIsNoReason) {
    WorkerBalance balance(4);
    run(balance, 4, cheap_and_many, 100);
    run(balance, 4, {1000, 8us, 20ms}, 1);
    run(balance, 4, cheap_and_many, 20);
    EXPECT_EQ(balance.active(), 1U);
}

TEST(WorkerBalance, SwingsLessAndLessOften) {
    WorkerBalance balance(2);
    int changes = 0;
    for (int period = 0; period < 2000; ++period) {
        const Traffic& traffic = balance.active() == 1 ? cheap_but_waiting : cheap_and_many;
        changes += balance.update(traffic.over(balance.active(), 2)) ? 1 : 0;
    }
    EXPECT_LT(changes, 20);
}

TEST(WorkerBalance, RestsWithAllWorkersWhenLittleComesIn) {
    WorkerBalance balance(4);
    run(balance, 4, cheap_and_many, 100);
    run(balance, 4, few, 9);
    EXPECT_FALSE(balance.at_rest());
    run(balance, 4, few, 1);
    EXPECT_TRUE(balance.at_rest());
    EXPECT_EQ(balance.active(), 4U);
}

}  // namespace
}  // namespace engine::io
