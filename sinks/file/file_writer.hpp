#pragma once

#include <condition_variable>
#include <mutex>
#include <span>
#include <thread>

#include "engine/io/suspension.hpp"
#include "engine/io/task.hpp"
#include "sinks/file/file_set.hpp"

namespace engine::file_sink {

/// A thread of the sink's own that opens, writes, closes and empties its files: a slow disk holds
/// back this sink only. One caller, one call at a time.
class FileWriter {
public:
    FileWriter(const FileSettings& settings, telemetry::Logger log, telemetry::Gauge& open_files);
    ~FileWriter();
    FileWriter(const FileWriter&) = delete;
    FileWriter& operator=(const FileWriter&) = delete;

    /// Completes once all `writes` have their outcome; they stay the caller's.
    [[nodiscard]] io::Task<> write(std::span<Write> writes);
    /// Ends the compressed streams, closes the files and ends the thread; nothing may follow.
    [[nodiscard]] io::Task<> close();

private:
    void run();
    [[nodiscard]] io::Task<> hand_over(std::span<Write> writes, bool closing);

    FileSet files_;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::span<Write> writes_;
    bool closing_ = false;
    io::Resume done_;
    std::thread thread_;  // last: it uses the others
};

}  // namespace engine::file_sink
