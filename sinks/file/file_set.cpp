#include "sinks/file/file_set.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace engine::file_sink {

namespace {

constexpr std::string_view log_target = "engine::sinks::file";

std::size_t descriptors_for_files() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) {
        return std::size_t{1} << 20;
    }
    return std::max<std::size_t>(1, limit.rlim_cur / 4 * 3);
}

}  // namespace

FileSet::FileSet(const FileSettings& settings, telemetry::Logger log, telemetry::Gauge& open_files)
    : settings_(settings),
      log_(std::move(log)),
      open_files_(open_files),
      most_open_(descriptors_for_files()) {}

void FileSet::write(std::span<Write> writes, Clock::time_point now) {
    for (Write& write : writes) {
        write_one(write, now);
    }
    if (settings_.flush_writes) {
        flush(writes);
    }
}

void FileSet::write_one(Write& write, Clock::time_point now) {
    auto& entry = *entries_.try_emplace(std::string(write.path)).first;
    Entry& state = entry.second;
    if (!state.file && !open(entry, write)) {
        forget_if_over(entry);
        return;
    }
    if (!state.filled) {
        state.filled = true;
        state.first_write = now;
    }
    state.last_write = now;
    state.unflushed = true;
    recent_.splice(recent_.end(), recent_, state.place);
    list(entry);
    const auto written = state.file->write(write.bytes);
    if (!written) {
        write.error = written.error();
        write.failed_at = Write::Step::Write;
        // The next attempt opens it anew, as a stale or replaced file needs. A compressed one still
        // holds bytes of its stream.
        if (settings_.compression.algorithm == CompressionAlgorithm::None) {
            close(entry, now);
            forget_if_over(entry);
        }
        return;
    }
    write.written = *written;
}

void FileSet::flush(std::span<Write> writes) {
    for (Write& write : writes) {
        const auto found = entries_.find(std::string(write.path));
        if (found == entries_.end() || !found->second.file || !found->second.unflushed) {
            continue;
        }
        const auto flushed = found->second.file->flush();
        if (flushed) {
            found->second.unflushed = false;
            write.written += *flushed;
        } else if (!write.error) {  // still unflushed: every other write to the file fails too
            write.error = flushed.error();
            write.failed_at = Write::Step::Write;
        }
    }
}

bool FileSet::open(Named& entry, Write& write) {
    if (recent_.size() >= most_open_) {
        close_least_recent();
    }
    auto file = OpenFile::open(entry.first, settings_.compression);
    while (!file && (file.error().code == EMFILE || file.error().code == ENFILE) &&
           close_least_recent()) {
        file = OpenFile::open(entry.first, settings_.compression);
    }
    if (!file) {
        write.error = file.error();
        write.failed_at = Write::Step::Open;
        return false;
    }
    entry.second.file.emplace(std::move(*file));
    entry.second.place = recent_.insert(recent_.end(), &entry);
    open_files_.add(1);
    return true;
}

bool FileSet::close_least_recent() {
    if (recent_.empty()) {
        return false;
    }
    Named& oldest = *recent_.front();
    close(oldest, Clock::now());
    forget_if_over(oldest);
    return true;
}

void FileSet::list(Named& entry) {
    Entry& state = entry.second;
    if (const auto at = deadline(state); at < state.listed) {
        due_.erase({state.listed, &entry});
        due_.emplace(at, &entry);
        state.listed = at;
    }
}

void FileSet::forget_if_over(Named& entry) {
    Entry& state = entry.second;
    if (!state.file && empty_at(state) == Clock::time_point::max()) {
        due_.erase({state.listed, &entry});
        entries_.erase(entries_.find(entry.first));
    }
}

void FileSet::expire(Clock::time_point now) {
    while (next_deadline() <= now) {
        Named& entry = *due_.begin()->second;
        Entry& state = entry.second;
        due_.erase(due_.begin());
        state.listed = Clock::time_point::max();
        if (state.file && now >= state.last_write + settings_.idle_timeout) {
            close(entry, now);
        }
        if (now >= empty_at(state)) {
            empty(entry);
        }
        list(entry);
        forget_if_over(entry);
    }
}

void FileSet::close_all() {
    for (auto& entry : entries_) {
        close(entry, Clock::now());
    }
    entries_.clear();
    due_.clear();
}

void FileSet::close(Named& entry, Clock::time_point now) {
    Entry& state = entry.second;
    if (!state.file) {
        return;
    }
    if (const auto finished = state.file->finish(); !finished) {
        failed("Failed to close the file.", "failed_closing_file", entry.first, finished.error());
    }
    state.file.reset();
    state.closed_at = now;
    recent_.erase(state.place);
    open_files_.add(-1);
    list(entry);
}

void FileSet::empty(Named& entry) {
    Entry& state = entry.second;
    state.filled = false;
    if (state.file) {
        if (const auto emptied = state.file->truncate(); !emptied) {
            failed("Failed to truncate the file.", "failed_truncating_file", entry.first,
                   emptied.error());
        }
    } else if (::truncate(entry.first.c_str(), 0) != 0 && errno != ENOENT) {
        failed("Failed to truncate the file.", "failed_truncating_file", entry.first,
               FileError::last());
    }
}

FileSet::Clock::time_point FileSet::empty_at(const Entry& entry) const {
    auto at = Clock::time_point::max();
    if (!entry.filled) {
        return at;
    }
    if (settings_.truncate_after) {
        at = std::min(at, entry.first_write + *settings_.truncate_after);
    }
    if (settings_.truncate_after_modified) {
        at = std::min(at, entry.last_write + *settings_.truncate_after_modified);
    }
    if (settings_.truncate_after_close && !entry.file) {
        at = std::min(at, entry.closed_at + *settings_.truncate_after_close);
    }
    return at;
}

FileSet::Clock::time_point FileSet::deadline(const Entry& entry) const {
    const auto emptied = empty_at(entry);
    return entry.file ? std::min(emptied, entry.last_write + settings_.idle_timeout) : emptied;
}

void FileSet::failed(std::string_view message, std::string_view code, std::string_view path,
                     const FileError& error) const {
    log_.error(
        log_target, message,
        {telemetry::quoted("path", path), telemetry::field("error", error.message()),
         telemetry::field("error_code", std::string(code)),
         telemetry::quoted("error_type", "io_failed"), telemetry::quoted("stage", "sending")});
}

}  // namespace engine::file_sink
