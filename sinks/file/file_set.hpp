#pragma once

#include <chrono>
#include <cstdint>
#include <list>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

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

/// The open files of a sink, and those that are yet to be emptied. They take three quarters of the
/// descriptors that the process may have: then the one not written to for longest is closed. What a
/// write or a deadline costs does not depend on how many there are. Owned by the writer thread.
class FileSet {
public:
    using Clock = std::chrono::steady_clock;

    /// `open_files` lives as long as the process.
    FileSet(const FileSettings& settings, telemetry::Logger log, telemetry::Gauge& open_files);

    void write(std::span<Write> writes, Clock::time_point now);
    /// Closes and empties what is due.
    void expire(Clock::time_point now);
    /// When `expire` has something to look at next; max() when nothing is waiting.
    [[nodiscard]] Clock::time_point next_deadline() const {
        return due_.empty() ? Clock::time_point::max() : due_.begin()->first;
    }
    void close_all();

private:
    struct Entry;
    using Named = std::pair<const std::string, Entry>;
    struct Entry {
        std::optional<OpenFile> file;
        std::list<Named*>::iterator place;  // in `recent_`, of an open one
        bool filled = false;                // written to since it was opened or emptied
        bool unflushed = false;
        Clock::time_point first_write;
        Clock::time_point last_write;
        Clock::time_point closed_at;
        Clock::time_point listed = Clock::time_point::max();  // its place in `due_`, if it has one
    };
    using Entries = std::unordered_map<std::string, Entry>;

    void write_one(Write& write, Clock::time_point now);
    void flush(std::span<Write> writes);
    bool open(Named& entry, Write& write);
    bool close_least_recent();
    /// Lists the entry's deadline, unless it is listed for an earlier time: each write makes it
    /// later, and when the old one comes it is listed anew.
    void list(Named& entry);
    /// Forgets an entry that nothing is left to do for.
    void forget_if_over(Named& entry);
    void close(Named& entry, Clock::time_point now);
    void empty(Named& entry);
    [[nodiscard]] Clock::time_point empty_at(const Entry& entry) const;
    [[nodiscard]] Clock::time_point deadline(const Entry& entry) const;
    void failed(std::string_view message, std::string_view code, std::string_view path,
                const FileError& error) const;

    FileSettings settings_;
    telemetry::Logger log_;
    telemetry::Gauge& open_files_;
    std::size_t most_open_;
    Entries entries_;
    std::list<Named*> recent_;  // open ones, the one last written to at the end
    std::set<std::pair<Clock::time_point, Named*>> due_;
};

}  // namespace engine::file_sink
