#include "sinks/file/file_writer.hpp"

#include <pthread.h>

#include <utility>

namespace engine::file_sink {

FileWriter::FileWriter(const FileSettings& settings, telemetry::Logger log,
                       telemetry::Gauge& open_files)
    : files_(settings, std::move(log), open_files), thread_([this] { run(); }) {
    pthread_setname_np(thread_.native_handle(), "file-sink");
}

FileWriter::~FileWriter() {
    {
        const std::scoped_lock lock(mutex_);
        closing_ = true;
    }
    wake_.notify_one();
    if (thread_.joinable()) {
        thread_.join();
    }
}

io::Task<> FileWriter::write(std::span<Write> writes) {
    if (!writes.empty()) {
        co_await hand_over(writes, false);
    }
}

io::Task<> FileWriter::close() {
    co_await hand_over({}, true);
    thread_.join();
}

io::Task<> FileWriter::hand_over(std::span<Write> writes, bool closing) {
    co_await io::suspend([this, writes, closing](io::Resume resume) {
        {
            const std::scoped_lock lock(mutex_);
            writes_ = writes;
            closing_ = closing;
            done_ = std::move(resume);
        }
        wake_.notify_one();
    });
}

void FileWriter::run() {
    std::unique_lock lock(mutex_);
    while (true) {
        const auto called = [this] { return !writes_.empty() || closing_; };
        const auto deadline = files_.next_deadline();
        if (deadline == FileSet::Clock::time_point::max()) {
            wake_.wait(lock, called);
        } else {
            wake_.wait_until(lock, deadline, called);
        }
        const std::span<Write> writes = std::exchange(writes_, {});
        const bool closing = closing_;
        io::Resume done = std::exchange(done_, {});
        lock.unlock();
        const auto now = FileSet::Clock::now();
        files_.write(writes, now);
        if (now >= files_.next_deadline()) {
            files_.expire(now);
        }
        if (closing) {
            files_.close_all();
        }
        if (done) {
            done();
        }
        if (closing) {
            return;
        }
        lock.lock();
    }
}

}  // namespace engine::file_sink
