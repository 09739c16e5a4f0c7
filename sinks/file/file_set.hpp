#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "engine/telemetry/log.hpp"
#include "engine/telemetry/metrics.hpp"
#include "sinks/file/open_file.hpp"

namespace engine::file_sink {

/// When files are closed and emptied; plain values.
struct FileSettings {
    using Seconds = std::chrono::seconds;
    Compression compression;
    Seconds idle_timeout{30};
    /// Emptied so long after the first write since it was opened or emptied …
    std::optional<Seconds> truncate_after;
    /// … after the last write …
    std::optional<Seconds> truncate_after_modified;
    /// … after it was closed.
    std::optional<Seconds> truncate_after_close;
    /// Compressed bytes are brought into the file before a write counts as done: somebody relies on
    /// its outcome.
    bool flush_writes = false;
};

/// Bytes for one file, and what became of them. Who asks for the write keeps what it points to.
struct Write {
    enum class Step : std::uint8_t { Open, Write };
    std::string_view path;
    std::string_view bytes;
    std::size_t written = 0;  // bytes in the file, after compression
    std::optional<FileError> error;
    Step failed_at = Step::Open;  // where `error` came from
};

/// The open files of a sink, and those that are yet to be emptied. Owned by the writer thread.
class FileSet {
public:
    using Clock = std::chrono::steady_clock;

    /// `open_files` lives as long as the process.
    FileSet(const FileSettings& settings, telemetry::Logger log, telemetry::Gauge& open_files)
        : settings_(settings), log_(std::move(log)), open_files_(open_files) {}

    void write(std::span<Write> writes, Clock::time_point now);
    /// Closes and empties what is due.
    void expire(Clock::time_point now);
    /// When `expire` has something to do next; max() when nothing is waiting.
    [[nodiscard]] Clock::time_point next_deadline() const { return next_; }
    void close_all();

private:
    struct Entry {
        std::optional<OpenFile> file;
        bool filled = false;  // written to since it was opened or emptied
        bool unflushed = false;
        Clock::time_point first_write;
        Clock::time_point last_write;
        Clock::time_point closed_at;
    };
    using Entries = std::unordered_map<std::string, Entry>;

    void write_one(Write& write, Clock::time_point now);
    void flush(std::span<Write> writes);
    bool open(Entries::value_type& entry, Write& write);
    bool close_least_recent();
    void close(Entries::value_type& entry, Clock::time_point now);
    void empty(Entries::value_type& entry);
    [[nodiscard]] Clock::time_point empty_at(const Entry& entry) const;
    [[nodiscard]] Clock::time_point deadline(const Entry& entry) const;
    void failed(std::string_view message, std::string_view code, std::string_view path,
                const FileError& error) const;

    FileSettings settings_;
    telemetry::Logger log_;
    telemetry::Gauge& open_files_;
    Entries entries_;
    Clock::time_point next_ = Clock::time_point::max();
};

}  // namespace engine::file_sink
