#include "engine/io/runtime.hpp"

#include <pthread.h>

#include <boost/asio/co_spawn.hpp>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <string>

#include "engine/diagnostic/assert.hpp"

namespace engine::io {

namespace asio = boost::asio;

namespace {

thread_local Worker* current_worker = nullptr;

[[noreturn]] void end_process(const char* what) {
    std::fprintf(stderr, "an exception left a worker: %s\n", what);
    std::abort();
}

void end_process_on_exception(std::exception_ptr exception) {
    if (!exception)
        return;
    try {
        std::rethrow_exception(exception);
    } catch (const std::exception& error) {
        end_process(error.what());
    } catch (...) {
        end_process("of an unknown type");
    }
}

}  // namespace

// The hint says that one thread runs the loop; posting from other threads stays allowed.
Worker::Worker(std::size_t index)
    : index_(index), context_(1), work_(asio::make_work_guard(context_)) {}

Worker* Worker::current() {
    return current_worker;
}

std::chrono::steady_clock::time_point Worker::now() {
    timespec time{};
    clock_gettime(CLOCK_MONOTONIC_COARSE, &time);
    return std::chrono::steady_clock::time_point(std::chrono::seconds(time.tv_sec) +
                                                 std::chrono::nanoseconds(time.tv_nsec));
}

std::chrono::nanoseconds Worker::processor_time() {
    clockid_t clock{};
    timespec time{};
    if (!thread_.joinable() || pthread_getcpuclockid(thread_.native_handle(), &clock) != 0 ||
        clock_gettime(clock, &time) != 0)
        return {};
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

void Worker::spawn(Task<> task) {
    asio::co_spawn(context_, std::move(task), end_process_on_exception);
}

void Worker::run() {
    current_worker = this;
    pthread_setname_np(pthread_self(), ("worker-" + std::to_string(index_)).c_str());
    try {
        context_.run();
    } catch (const std::exception& error) {
        end_process(error.what());
    }
    current_worker = nullptr;
}

Runtime::Runtime(std::size_t workers) {
    ENGINE_ASSERT(workers > 0, "the caller resolves the number of threads");
    workers_.reserve(workers);
    for (std::size_t index = 0; index < workers; ++index)
        workers_.push_back(std::make_unique<Worker>(index));
}

Runtime::~Runtime() {
    stop();
}

void Runtime::start() {
    for (auto& worker : workers_)
        worker->thread_ = std::thread([raw = worker.get()] { raw->run(); });
}

void Runtime::stop() {
    ENGINE_ASSERT(Worker::current() == nullptr, "a worker cannot join itself");
    for (auto& worker : workers_)
        worker->context_.stop();
    for (auto& worker : workers_)
        if (worker->thread_.joinable())
            worker->thread_.join();
}

}  // namespace engine::io
