#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "engine/event/slab.hpp"
#include "sources/file/content.hpp"
#include "sources/file/fingerprint.hpp"
#include "sources/file/lane.hpp"

namespace engine::sources::file {

/// Device and inode.
using FileIdentity = std::pair<std::uint64_t, std::uint64_t>;
[[nodiscard]] FileIdentity identity_of(const struct stat& status);

/// Room that reads of all files share, until one has filled it.
struct ReadBuffer {
    static constexpr std::size_t block_size = std::size_t{256} << 10;
    SlabRef slab;
};

/// One file that is being read: cuts what it holds into blocks of whole lines. Owned by the reading
/// thread.
class WatchedFile {
public:
    using Clock = std::chrono::steady_clock;
    enum class Step : std::uint8_t { Read, AtEnd };

    WatchedFile(Fingerprint fingerprint, std::string path, std::unique_ptr<Content> content,
                std::shared_ptr<FileStream> stream, std::uint64_t position);

    /// Reads on; the block is empty while the line that was begun goes on. Beyond
    /// `max_line_bytes`, the line is dropped; `dropped` says so, once a line.
    struct Outcome {
        std::optional<Block> block;
        std::size_t bytes = 0;
        Step step = Step::Read;
        bool dropped = false;
    };
    [[nodiscard]] Result<Outcome> read(const LineRules& rules, ReadBuffer& buffer);
    /// The line at the end that has no delimiter.
    [[nodiscard]] std::optional<Block> last_line(const LineDelimiter& delimiter);

    /// Whether it begins with other bytes than before, or is shorter than what was read of it.
    [[nodiscard]] bool replaced();
    /// Reads from the beginning.
    void restart();
    /// Goes on in another file with the same contents.
    void move_to(std::string path, std::unique_ptr<Content> content);
    void rename(std::string path);

    [[nodiscard]] const Fingerprint& fingerprint() const { return fingerprint_; }
    [[nodiscard]] const std::string& path() const { return *path_; }
    [[nodiscard]] FileIdentity identity() const { return identity_; }
    [[nodiscard]] Content& content() { return *content_; }
    [[nodiscard]] std::uint64_t position() const { return position_; }
    [[nodiscard]] const std::shared_ptr<FileStream>& stream() const { return stream_; }

    // The reading thread's notes.
    std::size_t lane = 0;
    int watch = -1;      // of inotify; none: it is looked at from time to time
    bool ready = false;  // stands in the queue of files to read
    bool at_end = false;
    bool suspect = false;  // replaced by something that has no fingerprint yet
    bool seen = true;      // by the last search
    Clock::time_point unseen_since;
    Clock::time_point last_data = Clock::now();
    timespec age{};  // modified, when it was found
    timespec modified{};
    bool warned_of_copy = false;
    telemetry::Counter* received = nullptr;

private:
    [[nodiscard]] Block make_block(ReadBuffer& buffer, std::size_t begin, std::size_t end,
                                   std::uint64_t offset) const;
    void remember_head();

    const Fingerprint fingerprint_;
    std::shared_ptr<const std::string> path_;  // shared with blocks
    std::unique_ptr<Content> content_;
    FileIdentity identity_;
    const std::shared_ptr<FileStream> stream_;
    std::uint64_t position_;  // of the next byte to read
    std::string begun_;       // the line before it that has no end yet
    bool dropping_ = false;   // until the end of a line that is too long
    std::string head_;        // its first bytes
};

}  // namespace engine::sources::file
