#pragma once

#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "engine/component/context.hpp"
#include "sources/file/checkpoints.hpp"
#include "sources/file/lane.hpp"
#include "sources/file/watched_file.hpp"

namespace engine::sources::file {

/// A descriptor that closes itself.
class Descriptor {
public:
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor();
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    [[nodiscard]] int get() const { return number_; }

private:
    int number_;
};

/// The thread that searches for files and reads them, because both may block on a disk. It gives
/// blocks of whole lines to the lanes in turns, file by file, and sleeps until the system reports a
/// change (inotify), the next search or the next saving of checkpoints is due, or a lane that had
/// been full has room again. Owned by the source; everything but `stop` and `wake` runs on the
/// thread.
class Reader {
public:
    Reader(component::SourceContext& context, const Options& options, const LineRules& rules,
           std::shared_ptr<Checkpoints> checkpoints);
    ~Reader();
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;

    /// Lanes are there from now on; once.
    void start(std::vector<std::shared_ptr<Lane>> lanes);
    /// Reads nothing more and closes the lanes. Any thread.
    void stop();
    /// A lane has room again. Any thread.
    void wake();

private:
    using Clock = std::chrono::steady_clock;
    enum class Start : std::uint8_t { OfProcess, Later };

    void run();
    void wait();
    void sleep(Clock::duration time, bool for_changes);
    void take_changes();
    [[nodiscard]] Clock::time_point next_due() const;

    // Reading.
    void mark_ready(WatchedFile& file);
    [[nodiscard]] bool read_round();
    void read_turn(WatchedFile& file);
    bool hand_over(WatchedFile& file, WatchedFile::Outcome& outcome);
    [[nodiscard]] bool any_readable() const;

    // Searching.
    void search(Start start);
    void visit(const std::string& path, Start start);
    void visit_content(const std::string& path, std::unique_ptr<Content> content,
                       WatchedFile* known, Start start);
    void found_again(WatchedFile& file, const std::string& path, std::unique_ptr<Content> content);
    void watch(const std::string& path, const Fingerprint& fingerprint,
               std::unique_ptr<Content> content, Start start);
    [[nodiscard]] std::uint64_t first_position(const std::string& path,
                                               const Fingerprint& fingerprint, Content& content,
                                               Start start);
    void follow(WatchedFile& file);
    void look_after(WatchedFile& file);
    [[nodiscard]] bool expired(WatchedFile& file) const;
    void let_go(WatchedFile& file);
    void drop(WatchedFile& file);
    void remove(WatchedFile& file);
    void save();

    void count(std::string_view metric, const std::string& path) const;
    void report(std::string_view message, const std::string& path, std::string_view error_type,
                const std::string& error) const;

    component::SourceContext& context_;
    const Options& options_;
    const LineRules& rules_;
    const std::shared_ptr<Checkpoints> checkpoints_;
    std::vector<std::shared_ptr<Lane>> lanes_;
    std::vector<std::size_t> files_of_lane_;

    std::map<Fingerprint, std::unique_ptr<WatchedFile>> files_;
    std::map<FileIdentity, WatchedFile*> by_identity_;
    std::map<int, WatchedFile*> by_watch_;
    std::deque<WatchedFile*> ready_;
    std::set<std::string> too_small_;
    ReadBuffer buffer_;

    Clock::time_point next_search_, next_save_, quiet_until_;
    Descriptor wake_;
    Descriptor changes_;
    std::atomic<bool> starving_{false};
    std::atomic<bool> stopping_{false};
    std::thread thread_;
};

}  // namespace engine::sources::file
