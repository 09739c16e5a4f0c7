#include "sources/file/reader.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include <pthread.h>

namespace engine::sources::file {

namespace {

constexpr std::chrono::seconds save_interval{1};
/// A file that grows line by line is read this often at most, so that lines come in batches.
constexpr std::chrono::milliseconds coalescing{5};
constexpr std::size_t small_read = std::size_t{32} << 10;
/// How often files are looked at that the system does not report changes of.
constexpr std::chrono::milliseconds polling{250};

}  // namespace

Descriptor::~Descriptor() {
    if (number_ >= 0) {
        ::close(number_);
    }
}

Reader::Reader(component::SourceContext& context, const Options& options, const LineRules& rules,
               std::shared_ptr<Checkpoints> checkpoints)
    : context_(context),
      options_(options),
      rules_(rules),
      checkpoints_(std::move(checkpoints)),
      wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      changes_(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)) {}

Reader::~Reader() {
    stop();
    if (thread_.joinable()) {
        thread_.join();
    }
}

void Reader::start(std::vector<std::shared_ptr<Lane>> lanes) {
    lanes_ = std::move(lanes);
    files_of_lane_.resize(lanes_.size());
    thread_ = std::thread([this] {
        pthread_setname_np(pthread_self(), "file-reader");
        run();
    });
}

void Reader::stop() {
    stopping_ = true;
    starving_ = true;
    wake();
}

void Reader::wake() {
    if (starving_.exchange(false)) {
        const std::uint64_t one = 1;
        [[maybe_unused]] const ssize_t written = ::write(wake_.get(), &one, sizeof one);
    }
}

void Reader::run() {
    search(Start::OfProcess);
    next_save_ = Clock::now() + save_interval;
    while (!stopping_) {
        if (!read_round()) {
            wait();
        }
        const auto now = Clock::now();
        if (now >= next_search_) {
            search(Start::Later);
        }
        if (now >= next_save_) {
            save();
        }
    }
    for (const auto& lane : lanes_) {
        lane->close();
    }
}

Reader::Clock::time_point Reader::next_due() const {
    Clock::time_point due = next_search_;
    const bool unreported = by_watch_.size() < files_.size();
    if (unreported) {
        due = std::min(due, Clock::now() + polling);
    }
    return std::min(due, std::max(next_save_, Clock::now() + save_interval));
}

void Reader::wait() {
    starving_ = true;
    if (any_readable() || stopping_) {
        starving_ = false;
        return;
    }
    const auto now = Clock::now();
    if (now < quiet_until_) {
        sleep(quiet_until_ - now, false);
        starving_ = true;
        if (any_readable() || stopping_) {
            starving_ = false;
            return;
        }
    }
    const auto due = next_due();
    sleep(due > now ? due - now : Clock::duration(0), true);
    starving_ = false;
    take_changes();
    if (by_watch_.size() == files_.size()) {
        return;
    }
    for (auto& [fingerprint, file] : files_) {
        if (file->watch < 0 && file->content().size() > file->position()) {
            mark_ready(*file);
        }
    }
}

void Reader::sleep(Clock::duration time, bool for_changes) {
    std::array<pollfd, 2> waiting{{{wake_.get(), POLLIN, 0}, {changes_.get(), POLLIN, 0}}};
    const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(time).count();
    const int ready = ::poll(waiting.data(), for_changes && changes_.get() >= 0 ? 2 : 1,
                             static_cast<int>(std::min<std::int64_t>(milliseconds, 3'600'000)));
    if (ready > 0 && waiting[0].revents != 0) {
        std::uint64_t count = 0;
        [[maybe_unused]] const ssize_t taken = ::read(wake_.get(), &count, sizeof count);
    }
}

void Reader::take_changes() {
    if (changes_.get() < 0) {
        return;
    }
    alignas(inotify_event) std::array<char, 16 << 10> buffer;
    for (;;) {
        const ssize_t count = ::read(changes_.get(), buffer.data(), buffer.size());
        if (count <= 0) {
            return;
        }
        for (std::size_t at = 0; at < static_cast<std::size_t>(count);) {
            inotify_event event{};
            std::copy_n(buffer.data() + at, sizeof event, reinterpret_cast<char*>(&event));
            at += sizeof event + event.len;
            const auto found = by_watch_.find(event.wd);
            if (found == by_watch_.end()) {
                continue;
            }
            if ((event.mask & IN_IGNORED) != 0) {
                found->second->watch = -1;
                by_watch_.erase(found);
            } else {
                mark_ready(*found->second);
            }
        }
    }
}

void Reader::mark_ready(WatchedFile& file) {
    if (file.ready) {
        return;
    }
    file.ready = true;
    if (!options_.oldest_first) {
        ready_.push_back(&file);
        return;
    }
    const auto older = [](const WatchedFile* a, const WatchedFile* b) {
        return std::tie(a->age.tv_sec, a->age.tv_nsec, a->path()) <
               std::tie(b->age.tv_sec, b->age.tv_nsec, b->path());
    };
    ready_.insert(std::ranges::upper_bound(ready_, &file, older), &file);
}

bool Reader::any_readable() const {
    return std::ranges::any_of(
        ready_, [this](const WatchedFile* file) { return lanes_[file->lane]->has_room(); });
}

/// Gives each file that is ready its turn. False when nothing could be read.
bool Reader::read_round() {
    bool any = false;
    for (std::size_t left = ready_.size(); left > 0 && !ready_.empty() && !stopping_; --left) {
        WatchedFile& file = *ready_.front();
        if (!lanes_[file.lane]->has_room()) {
            if (options_.oldest_first) {
                return any;
            }
            ready_.pop_front();
            ready_.push_back(&file);
            continue;
        }
        any = true;
        read_turn(file);
    }
    return any;
}

void Reader::read_turn(WatchedFile& file) {
    ready_.pop_front();
    file.ready = false;
    if (std::exchange(file.at_end, false) && file.replaced()) {
        const std::string path = file.path();  // the file may go
        file.suspect = true;
        visit(path, Start::Later);
        return;
    }
    std::uint64_t turn = options_.max_read_bytes;
    while (!stopping_) {
        Result<WatchedFile::Outcome> outcome = file.read(rules_, buffer_);
        if (!outcome) {
            report("Unable to read file.", file.path(), "reader_failed", outcome.error().message);
            file.at_end = true;
            return;
        }
        if (!hand_over(file, *outcome)) {
            return;
        }
        const bool full = !lanes_[file.lane]->has_room();
        if (full || (!options_.oldest_first && turn <= outcome->bytes)) {
            file.ready = true;
            if (options_.oldest_first) {
                ready_.push_front(&file);
            } else {
                ready_.push_back(&file);
            }
            return;
        }
        turn -= std::min<std::uint64_t>(turn, outcome->bytes);
    }
}

/// Whether there may be more to read.
bool Reader::hand_over(WatchedFile& file, WatchedFile::Outcome& outcome) {
    const auto now = Clock::now();
    if (outcome.bytes > 0) {
        file.received->add(outcome.bytes);
        file.last_data = now;
    }
    if (outcome.dropped) {
        context_.log.error("engine::sources::file",
                           "Found line that exceeds max_line_bytes; discarding.",
                           {telemetry::field("configured_limit",
                                             static_cast<std::int64_t>(options_.max_line_bytes)),
                            telemetry::quoted("error_type", "condition_failed"),
                            telemetry::quoted("stage", "receiving")});
        context_.metrics.error("condition_failed", "receiving");
        context_.metrics.discarded_unintentionally.add();
    }
    if (outcome.block) {
        ++file.stream()->unsent;
        lanes_[file.lane]->push(std::move(*outcome.block));
    }
    if (outcome.step == WatchedFile::Step::AtEnd) {
        file.at_end = true;
        if (outcome.bytes < small_read) {
            quiet_until_ = now + coalescing;
        }
        return false;
    }
    return true;
}

void Reader::save() {
    next_save_ = Clock::now() + save_interval;
    if (!checkpoints_->changed()) {
        return;
    }
    const Result<std::size_t> saved = checkpoints_->save();
    if (!saved) {
        report("Failed writing checkpoints.", "", "writer_failed", saved.error().message);
        return;
    }
    telemetry::MetricsRegistry::instance()
        .counter("checkpoints_total", context_.metrics.tags())
        .add(*saved);
}

void Reader::count(std::string_view metric, const std::string& path) const {
    const auto tags = options_.internal_metrics.include_file_tag
                          ? context_.metrics.with({{"file", path}})
                          : context_.metrics.tags();
    telemetry::MetricsRegistry::instance().counter(metric, tags).add();
}

void Reader::report(std::string_view message, const std::string& path, std::string_view error_type,
                    const std::string& error) const {
    context_.log.error(
        "engine::sources::file", message,
        {telemetry::field("file", path), telemetry::field("error", error),
         telemetry::quoted("error_type", error_type), telemetry::quoted("stage", "receiving")});
    context_.metrics.error(error_type, "receiving");
}

}  // namespace engine::sources::file
