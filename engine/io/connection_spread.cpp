#include "engine/io/connection_spread.hpp"

#include <algorithm>

#include "engine/io/timer.hpp"

namespace engine::io {

using std::chrono::nanoseconds;
using std::chrono::steady_clock;

ConnectionSpread::ConnectionSpread(Runtime& runtime)
    : runtime_(runtime), homes_(runtime.size()), active_(runtime.size()) {}

std::size_t ConnectionSpread::place() {
    const std::size_t active = active_.load(std::memory_order_relaxed);
    std::size_t chosen = 0;
    for (std::size_t worker = 1; worker < active; ++worker) {
        if (homes_[worker].open.load(std::memory_order_relaxed) <
            homes_[chosen].open.load(std::memory_order_relaxed)) {
            chosen = worker;
        }
    }
    ++homes_[chosen].open;
    return chosen;
}

void ConnectionSpread::remove(std::size_t worker) {
    --homes_[worker].open;
}

std::size_t ConnectionSpread::open() const {
    std::size_t sum = 0;
    for (const Home& home : homes_) {
        sum += home.open.load(std::memory_order_relaxed);
    }
    return sum;
}

bool ConnectionSpread::answered(std::size_t worker) {
    Home& home = homes_[worker];
    const std::size_t requests = home.requests.load(std::memory_order_relaxed) + 1;
    home.requests.store(requests, std::memory_order_relaxed);
    if (requests % WorkerBalance::many_requests == 0 && homes_.size() > 1 &&
        !measuring_.load(std::memory_order_relaxed) && !measuring_.exchange(true)) {
        runtime_.worker(0).spawn(measure());
    }
    return home.surplus.load(std::memory_order_relaxed) > 0 && home.surplus.fetch_sub(1) > 0;
}

Task<> ConnectionSpread::measure() {
    const auto self = shared_from_this();
    const StopToken stop = stopping_.get_token();
    WorkerBalance balance(homes_.size());
    std::vector<WorkerBalance::Load> loads(homes_.size());
    for (std::size_t worker = 0; worker < homes_.size(); ++worker) {
        static_cast<void>(take_load(worker));
    }
    while (!balance.at_rest()) {
        for (std::size_t worker = 0; worker < balance.active(); ++worker) {
            probe(worker);
        }
        const SleepResult slept = co_await sleep_for(WorkerBalance::period, stop);
        if (slept == SleepResult::Stopped) {
            break;
        }
        for (std::size_t worker = 0; worker < homes_.size(); ++worker) {
            loads[worker] = take_load(worker);
        }
        if (balance.update(loads)) {
            spread_over(balance.active());
        }
    }
    measuring_ = false;
}

void ConnectionSpread::probe(std::size_t worker) {
    Home& home = homes_[worker];
    if (home.probed.exchange(true)) {
        return;
    }
    home.probe_begin = steady_clock::now();
    runtime_.worker(worker).post([self = shared_from_this(), &home, begin = home.probe_begin] {
        home.wait = steady_clock::now() - begin;
        home.probed = false;
    });
}

WorkerBalance::Load ConnectionSpread::take_load(std::size_t worker) {
    Home& home = homes_[worker];
    const nanoseconds processor_time = runtime_.worker(worker).processor_time();
    const std::size_t requests = home.requests.load(std::memory_order_relaxed);
    WorkerBalance::Load load;
    load.busy = processor_time - std::exchange(home.processor_time, processor_time);
    load.requests = requests - std::exchange(home.requests_before, requests);
    load.wait = home.probed ? steady_clock::now() - home.probe_begin : home.wait.exchange({});
    return load;
}

void ConnectionSpread::spread_over(std::size_t active) {
    active_ = active;
    const std::size_t share = (open() + active - 1) / active;
    for (std::size_t worker = 0; worker < homes_.size(); ++worker) {
        const auto most = static_cast<std::ptrdiff_t>(worker < active ? share : 0);
        const auto open = static_cast<std::ptrdiff_t>(homes_[worker].open.load());
        homes_[worker].surplus = std::max<std::ptrdiff_t>(0, open - most);
    }
}

}  // namespace engine::io
