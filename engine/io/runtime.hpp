#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <cstddef>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "engine/io/task.hpp"

namespace engine::io {

/// One thread with its own event loop. What a worker owns is touched on its thread only; others
/// reach it by `post` or `spawn`, which any thread may call.
class Worker {
public:
    explicit Worker(std::size_t index);
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    [[nodiscard]] boost::asio::io_context& context() { return context_; }
    [[nodiscard]] std::size_t index() const { return index_; }

    /// The worker whose thread this is; null on any other thread.
    [[nodiscard]] static Worker* current();
    /// A steady clock that is cheap to read and up to a few milliseconds late.
    [[nodiscard]] static std::chrono::steady_clock::time_point now();

    /// What its thread has used of processors so far; any thread may ask while the runtime runs.
    [[nodiscard]] std::chrono::nanoseconds processor_time();

    template <typename Function>
    void post(Function&& function) {
        boost::asio::post(context_, std::forward<Function>(function));
    }

    /// Starts a coroutine on this worker. An exception that leaves it ends the process.
    void spawn(Task<> task);

private:
    friend class Runtime;
    void run();

    std::size_t index_;
    boost::asio::io_context context_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    std::thread thread_;
};

/// The workers of a process. Coroutines that are still suspended when the runtime is destroyed are
/// destroyed with it, so whatever they refer to outlives it or has been stopped before.
class Runtime {
public:
    explicit Runtime(std::size_t workers);
    ~Runtime();
    Runtime(const Runtime&) = delete;
    Runtime& operator=(const Runtime&) = delete;

    [[nodiscard]] Worker& worker(std::size_t index) { return *workers_[index]; }
    [[nodiscard]] std::size_t size() const { return workers_.size(); }

    /// Starts one thread a worker.
    void start();
    /// Ends the loops, whatever is still queued, and joins the threads. Not from a worker.
    void stop();

private:
    std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace engine::io
