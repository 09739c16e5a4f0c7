#include "engine/io/runtime.hpp"

#include <gtest/gtest.h>

#include <atomic>

#include "engine/io/channel.hpp"
#include "engine/io/event.hpp"
#include "engine/io/memory_budget.hpp"
#include "engine/io/timer.hpp"
#include "tests/engine/io/io_test_support.hpp"

namespace engine::io {
namespace {

using testing::run_on;
using testing::StartedRuntime;
using namespace std::chrono_literals;

TEST(Runtime, TasksRunOnTheWorkerThatTheyAreSpawnedOn) {
    StartedRuntime runtime(3);
    for (std::size_t index = 0; index < runtime.size(); ++index) {
        const std::size_t seen = run_on(runtime.worker(index), []() -> Task<std::size_t> {
            co_return Worker::current()->index();
        }());
        EXPECT_EQ(seen, index);
    }
    EXPECT_EQ(Worker::current(), nullptr);
}

TEST(Event, WakesWaitersOnTheirOwnWorkers) {
    StartedRuntime runtime(2);
    Event event;
    Event both;
    std::atomic<int> woken{0};
    const auto wait = [](Event& first, Event& last, std::atomic<int>& count,
                         std::size_t worker) -> Task<> {
        co_await first.wait();
        EXPECT_EQ(Worker::current()->index(), worker);
        if (++count == 2)
            last.set();
    };
    runtime.worker(0).spawn(wait(event, both, woken, 0));
    runtime.worker(1).spawn(wait(event, both, woken, 1));
    event.set();
    run_on(runtime.worker(0), both.wait());
    EXPECT_EQ(woken, 2);
}

TEST(Event, AWaitMayTimeOut) {
    StartedRuntime runtime;
    Event event;
    EXPECT_FALSE(run_on(runtime.worker(0), event.wait_for(1ms)));
    event.set();
    EXPECT_TRUE(run_on(runtime.worker(0), event.wait_for(1h)));
}

TEST(Timer, AStopWakesSleepers) {
    StartedRuntime runtime;
    StopSource stop;
    EXPECT_EQ(run_on(runtime.worker(0), sleep_for(1ms, stop.get_token())), SleepResult::Elapsed);
    auto sleeping = std::async(std::launch::async, [&] {
        return run_on(runtime.worker(0), sleep_for(1h, stop.get_token()));
    });
    stop.request_stop();
    EXPECT_EQ(sleeping.get(), SleepResult::Stopped);
}

TEST(Channel, RefusesWhatDoesNotFit) {
    Channel<int> channel(2, 100);
    EXPECT_TRUE(channel.try_push(1, 1000));  // alone, whatever its size
    EXPECT_FALSE(channel.try_push(2, 1));
    EXPECT_EQ(channel.try_pop(), 1);
    EXPECT_TRUE(channel.try_push(3, 60));
    EXPECT_FALSE(channel.try_push(4, 60));
    EXPECT_TRUE(channel.try_push(5, 40));
    EXPECT_FALSE(channel.try_push(6, 0));
    channel.close();
    EXPECT_EQ(channel.try_pop(), 3);
    EXPECT_FALSE(channel.try_push(7, 1));
    EXPECT_EQ(channel.try_pop(), 5);
    EXPECT_EQ(channel.try_pop(), std::nullopt);
}

TEST(Channel, CarriesEverythingFromSeveralWorkersInOrderPerProducer) {
    constexpr int count = 2000;
    StartedRuntime runtime(3);
    Channel<std::pair<int, int>> channel(4, 1000);
    const auto produce = [](Channel<std::pair<int, int>>& to, int producer) -> Task<> {
        for (int index = 0; index < count; ++index) {
            const bool pushed = co_await to.push(std::pair(producer, index), 100);
            EXPECT_TRUE(pushed);
        }
    };
    const auto consume = [](Channel<std::pair<int, int>>& from) -> Task<int> {
        int next[2] = {0, 0};
        for (int received = 0; received < 2 * count; ++received) {
            const auto item = co_await from.pop();
            EXPECT_EQ(item->second, next[item->first]++);
        }
        co_return next[0] + next[1];
    };
    runtime.worker(1).spawn(produce(channel, 0));
    runtime.worker(2).spawn(produce(channel, 1));
    EXPECT_EQ(run_on(runtime.worker(0), consume(channel)), 2 * count);
}

TEST(Channel, ClosingWakesProducersAndConsumer) {
    StartedRuntime runtime(2);
    Channel<int> channel(1, 10);
    EXPECT_TRUE(channel.try_push(1, 1));
    auto pushing = std::async(std::launch::async,
                              [&] { return run_on(runtime.worker(0), channel.push(2, 1)); });
    channel.close();
    EXPECT_FALSE(pushing.get());
    EXPECT_EQ(run_on(runtime.worker(1), channel.pop()), 1);
    EXPECT_EQ(run_on(runtime.worker(1), channel.pop()), std::nullopt);
}

TEST(MemoryBudget, WaitersGetWhatIsGivenBack) {
    StartedRuntime runtime;
    MemoryBudget budget(100);
    MemoryReservation first;
    EXPECT_TRUE(budget.try_reserve(80, first));
    auto waiting = std::async(std::launch::async,
                              [&] { return run_on(runtime.worker(0), budget.reserve(50)); });
    first.release();
    {
        const MemoryReservation second = waiting.get();
        EXPECT_EQ(second.bytes(), 50u);
        EXPECT_EQ(budget.available(), 50);
    }
    EXPECT_EQ(budget.available(), 100);
}

TEST(MemoryBudget, OneGrowingReservationMayOverdrawSoThatNoneWaitForEver) {
    StartedRuntime runtime;
    MemoryBudget budget(100);
    MemoryReservation first;
    MemoryReservation second;
    run_on(runtime.worker(0), budget.grow(first, 60));
    run_on(runtime.worker(0), budget.grow(second, 40));
    run_on(runtime.worker(0), budget.grow(first, 60));
    EXPECT_EQ(budget.available(), -60);
    auto waiting =
        std::async(std::launch::async, [&] { run_on(runtime.worker(0), budget.grow(second, 60)); });
    run_on(runtime.worker(0), budget.grow(first, 60));
    first.release();
    waiting.get();
    EXPECT_EQ(second.bytes(), 100u);
    second.release();
    EXPECT_EQ(budget.available(), 100);
}

}  // namespace
}  // namespace engine::io
