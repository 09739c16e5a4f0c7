#include "sinks/file/file_set.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace engine::file_sink {

namespace {

constexpr std::string_view log_target = "engine::sinks::file";

}  // namespace

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
        if (!state.filled) {
            entries_.erase(entry.first);
        }
        return;
    }
    if (!state.filled) {
        state.filled = true;
        state.first_write = now;
    }
    state.last_write = now;
    state.unflushed = true;
    next_ = std::min(next_, deadline(state));
    const auto written = state.file->write(write.bytes);
    if (!written) {
        write.error = written.error();
        write.failed_at = Write::Step::Write;
        // The next attempt opens it anew, as a stale or replaced file needs. A compressed one still
        // holds bytes of its stream.
        if (settings_.compression.algorithm == CompressionAlgorithm::None) {
            close(entry, now);
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

bool FileSet::open(Entries::value_type& entry, Write& write) {
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
    open_files_.add(1);
    return true;
}

bool FileSet::close_least_recent() {
    Entries::value_type* oldest = nullptr;
    for (auto& entry : entries_) {
        if (entry.second.file &&
            (oldest == nullptr || entry.second.last_write < oldest->second.last_write)) {
            oldest = &entry;
        }
    }
    if (oldest != nullptr) {
        close(*oldest, Clock::now());
    }
    return oldest != nullptr;
}

void FileSet::expire(Clock::time_point now) {
    next_ = Clock::time_point::max();
    for (auto at = entries_.begin(); at != entries_.end();) {
        Entry& state = at->second;
        if (state.file && now >= state.last_write + settings_.idle_timeout) {
            close(*at, now);
        }
        if (now >= empty_at(state)) {
            empty(*at);
        }
        if (!state.file && empty_at(state) == Clock::time_point::max()) {
            at = entries_.erase(at);
            continue;
        }
        next_ = std::min(next_, deadline(state));
        ++at;
    }
}

void FileSet::close_all() {
    for (auto& entry : entries_) {
        close(entry, Clock::now());
    }
    entries_.clear();
    next_ = Clock::time_point::max();
}

void FileSet::close(Entries::value_type& entry, Clock::time_point now) {
    Entry& state = entry.second;
    if (!state.file) {
        return;
    }
    if (const auto finished = state.file->finish(); !finished) {
        failed("Failed to close the file.", "failed_closing_file", entry.first, finished.error());
    }
    state.file.reset();
    state.closed_at = now;
    open_files_.add(-1);
}

void FileSet::empty(Entries::value_type& entry) {
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
