// How the reader finds files, recognises those that it knows under another name, and lets go of
// those that are gone. A file is known by its fingerprint; its inode only saves looking at the
// contents again while nothing suggests that they are others.
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "sources/file/glob.hpp"
#include "sources/file/reader.hpp"

namespace engine::sources::file {

namespace {

constexpr std::string_view log_target = "engine::sources::file";
/// How long a file that was removed or renamed may be quiet before it is let go of. Writers often
/// go on for a while in a file that was renamed.
constexpr std::chrono::seconds removed_quiet{5};
constexpr std::chrono::seconds renamed_quiet{60};

bool same_time(const timespec& a, const timespec& b) {
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

bool is_earlier(const timespec& a, const timespec& b) {
    return std::tie(a.tv_sec, a.tv_nsec) < std::tie(b.tv_sec, b.tv_nsec);
}

bool older_than(const timespec& time, std::chrono::seconds age) {
    const Timestamp now = Timestamp::now();
    return now.seconds - time.tv_sec > age.count();
}

bool still_there(const WatchedFile& file) {
    struct stat status{};
    return ::stat(file.path().c_str(), &status) == 0 && identity_of(status) == file.identity();
}

}  // namespace

void Reader::search(Start start) {
    for (auto& [fingerprint, file] : files_) {
        file->seen = false;
    }
    for (const std::string& path : paths_matching(options_.include)) {
        if (stopping_) {
            return;
        }
        const bool excluded = std::ranges::any_of(
            options_.exclude, [&](const auto& pattern) { return path_matches(path, pattern); });
        if (!excluded) {
            visit(path, start);
        }
    }
    std::vector<WatchedFile*> files;  // looking after one may let go of it
    files.reserve(files_.size());
    for (auto& [fingerprint, file] : files_) {
        files.push_back(file.get());
    }
    for (WatchedFile* file : files) {
        look_after(*file);
    }
    next_search_ =
        Clock::now() + std::max(options_.glob_minimum_cooldown, std::chrono::milliseconds(1));
}

void Reader::visit(const std::string& path, Start start) {
    struct stat status{};
    if (::stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) {
        return;
    }
    const auto found = by_identity_.find(identity_of(status));
    WatchedFile* known = found == by_identity_.end() ? nullptr : found->second;
    if (known != nullptr && !known->suspect) {
        const bool touched = !same_time(known->modified, status.st_mtim);
        if (!touched || !known->replaced()) {
            known->modified = status.st_mtim;
            known->seen = true;
            if (known->path() != path && !still_there(*known)) {
                known->rename(path);
            }
            return;
        }
    }
    std::unique_ptr<Content> content = Content::open(path);
    if (content == nullptr) {
        if (errno != ENOENT || !options_.ignore_not_found) {
            report("Unable to open file.", path, "reader_failed",
                   std::generic_category().message(errno));
        }
        return;
    }
    visit_content(path, std::move(content), known, start);
}

void Reader::visit_content(const std::string& path, std::unique_ptr<Content> content,
                           WatchedFile* known, Start start) {
    const auto fingerprint =
        fingerprint_of(*content, options_.fingerprint, options_.max_line_bytes);
    if (!fingerprint) {
        report("Failed reading file for fingerprinting.", path, "reader_failed",
               fingerprint.error().message);
        count("checksum_errors_total", path);
        return;
    }
    if (!*fingerprint) {
        if (known != nullptr) {
            known->seen = true;  // emptied, and not yet written again
            known->suspect = true;
        }
        if (content->status().st_size > 0 || known != nullptr) {
            if (too_small_.insert(path).second) {
                context_.log.warn(log_target, "Currently ignoring file too small to fingerprint.",
                                  {telemetry::field("file", path)});
            }
        }
        return;
    }
    too_small_.erase(path);
    const auto found = files_.find(**fingerprint);
    if (found != files_.end()) {
        found_again(*found->second, path, std::move(content));
        return;
    }
    if (known != nullptr) {
        drop(*known);
    }
    watch(path, **fingerprint, std::move(content), start);
}

/// A file with a known fingerprint, but another inode, or contents that may be others.
void Reader::found_again(WatchedFile& file, const std::string& path,
                         std::unique_ptr<Content> content) {
    if (identity_of(content->status()) != file.identity()) {
        // Of copies, the one that was modified last will more likely grow.
        const bool younger = !is_earlier(content->status().st_mtim, file.age);
        if (path != file.path() && still_there(file) && !(younger && file.position() == 0)) {
            if (!std::exchange(file.warned_of_copy, true)) {
                context_.log.warn(
                    log_target, "More than one file has the same fingerprint.",
                    {telemetry::field("file", path), telemetry::field("other", file.path())});
            }
            return;
        }
        by_identity_.erase(file.identity());
        if (file.watch >= 0) {
            ::inotify_rm_watch(changes_.get(), file.watch);
            by_watch_.erase(std::exchange(file.watch, -1));
        }
        file.move_to(path, std::move(content));
        by_identity_[file.identity()] = &file;
        follow(file);
    }
    file.seen = true;
    file.suspect = false;
    file.modified = file.content().status().st_mtim;
    if (file.content().size() < file.position()) {
        context_.log.info(log_target, "File was truncated; reading from its beginning.",
                          {telemetry::field("file", path)});
        file.restart();
    }
    file.at_end = false;
    mark_ready(file);
}

void Reader::watch(const std::string& path, const Fingerprint& fingerprint,
                   std::unique_ptr<Content> content, Start start) {
    const std::uint64_t position = first_position(path, fingerprint, *content, start);
    auto progress = std::make_shared<Progress>(checkpoints_, fingerprint);
    if (position > 0) {
        progress->pass(position);
    }
    auto stream = std::make_shared<FileStream>(std::move(progress), rules_);
    auto file = std::make_unique<WatchedFile>(fingerprint, path, std::move(content),
                                              std::move(stream), position);
    file->lane =
        static_cast<std::size_t>(std::ranges::min_element(files_of_lane_) - files_of_lane_.begin());
    ++files_of_lane_[file->lane];
    auto tags = context_.metrics.with({{"protocol", "file"}});
    if (options_.internal_metrics.include_file_tag) {
        tags = context_.metrics.with({{"file", path}, {"protocol", "file"}});
    }
    file->received =
        &telemetry::MetricsRegistry::instance().counter("component_received_bytes_total", tags);
    by_identity_[file->identity()] = file.get();
    follow(*file);
    mark_ready(*file);
    count("files_added_total", path);
    files_[fingerprint] = std::move(file);
    telemetry::MetricsRegistry::instance()
        .gauge("open_files", context_.metrics.tags())
        .set(static_cast<std::int64_t>(files_.size()));
}

std::uint64_t Reader::first_position(const std::string& path, const Fingerprint& fingerprint,
                                     Content& content, Start start) {
    if (const auto saved = checkpoints_->position(fingerprint)) {
        if (*saved <= content.size()) {
            context_.log.info(
                log_target, "Resuming to watch file.",
                {telemetry::field("file", path),
                 telemetry::field("file_position", static_cast<std::int64_t>(*saved))});
            count("files_resumed_total", path);
            return *saved;
        }
    }
    context_.log.info(log_target, "Found new file to watch.", {telemetry::field("file", path)});
    const bool at_end =
        (start == Start::OfProcess && options_.first_position() == ReadFrom::End) ||
        (options_.ignore_older && older_than(content.status().st_mtim, *options_.ignore_older));
    if (!at_end) {
        return 0;
    }
    if (!content.compressed()) {
        return content.size();
    }
    std::uint64_t position = 0;
    std::array<char, 64 << 10> skipped;
    for (;;) {
        const std::size_t got = content.read(position, skipped).value_or(0);
        if (got == 0) {
            return position;
        }
        position += got;
    }
}

/// Asks the system to report changes of the open file, whatever its name becomes.
void Reader::follow(WatchedFile& file) {
    const std::string path = "/proc/self/fd/" + std::to_string(file.content().descriptor());
    file.watch = ::inotify_add_watch(changes_.get(), path.c_str(), IN_MODIFY);
    if (file.watch >= 0) {
        by_watch_[file.watch] = &file;
    }
}

void Reader::look_after(WatchedFile& file) {
    const auto now = Clock::now();
    // The system does not report what other machines do to a shared file system.
    if (!file.suspect && !file.content().compressed() && file.content().size() > file.position()) {
        mark_ready(file);
    }
    if (file.seen) {
        file.unseen_since = {};
    } else if (file.unseen_since == Clock::time_point()) {
        file.unseen_since = now;
    }
    const bool quiet = file.at_end && !file.ready && !file.suspect;
    if (file.seen && options_.remove_after && quiet &&
        now - file.last_data >= *options_.remove_after && file.stream()->unsent == 0 &&
        file.stream()->progress->settled()) {
        remove(file);
    } else if (!file.seen && expired(file)) {
        let_go(file);
    }
}

bool Reader::expired(WatchedFile& file) const {
    const auto now = Clock::now();
    if (options_.rotate_wait && now - file.unseen_since >= *options_.rotate_wait) {
        return true;
    }
    const bool removed = file.content().status().st_nlink == 0;
    const auto quiet = removed ? removed_quiet : renamed_quiet;
    return file.at_end && !file.ready && now - std::max(file.last_data, file.unseen_since) >= quiet;
}

/// Hands over the line that was begun: its end will not come.
void Reader::let_go(WatchedFile& file) {
    if (!lanes_[file.lane]->has_room()) {
        return;  // after the next search
    }
    if (std::optional<Block> last = file.last_line(rules_.delimiter)) {
        ++file.stream()->unsent;
        lanes_[file.lane]->push(std::move(*last));
    }
    context_.log.info(log_target, "Stopped watching file.",
                      {telemetry::field("file", file.path())});
    drop(file);
}

void Reader::drop(WatchedFile& file) {
    count("files_unwatched_total", file.path());
    if (file.content().status().st_nlink == 0) {
        file.stream()->progress->abandon();
        checkpoints_->forget(file.fingerprint());
    }
    if (file.watch >= 0) {
        ::inotify_rm_watch(changes_.get(), file.watch);
        by_watch_.erase(file.watch);
    }
    by_identity_.erase(file.identity());
    std::erase(ready_, &file);
    --files_of_lane_[file.lane];
    files_.erase(file.fingerprint());
    telemetry::MetricsRegistry::instance()
        .gauge("open_files", context_.metrics.tags())
        .set(static_cast<std::int64_t>(files_.size()));
}

void Reader::remove(WatchedFile& file) {
    if (::unlink(file.path().c_str()) != 0) {
        report("Failed in deleting file.", file.path(), "reader_failed",
               std::generic_category().message(errno));
        file.last_data = Clock::now();  // tries again after as long
        return;
    }
    context_.log.info(log_target, "Deleted file.", {telemetry::field("file", file.path())});
    count("files_deleted_total", file.path());
    drop(file);
}

}  // namespace engine::sources::file
