#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/component/context.hpp"
#include "engine/component/ordered_stream.hpp"
#include "engine/event/slab.hpp"
#include "engine/io/channel.hpp"
#include "engine/io/event.hpp"
#include "engine/io/stop.hpp"
#include "sources/file/line_delimiter.hpp"
#include "sources/file/line_events.hpp"
#include "sources/file/line_grouping.hpp"
#include "sources/file/progress.hpp"

namespace engine::sources::file {

/// How blocks become events. Immutable; outlives the lanes.
struct LineRules {
    LineFormat format;
    LineDelimiter delimiter;
    std::string charset;  // empty: UTF-8
    std::uint64_t max_line_bytes;
    std::optional<MultilineOptions> multiline;
};

/// What a file's lane keeps about it between blocks. Touched by the lane only, but for `progress`.
struct FileStream {
    FileStream(std::shared_ptr<Progress> file_progress, const LineRules& rules);

    const std::shared_ptr<Progress> progress;
    std::optional<LineGrouping> grouping;
    /// Path at the time of the last block, for events that are completed without one.
    std::shared_ptr<const std::string> path;
    std::chrono::steady_clock::time_point last_line;
    std::uint64_t end = 0;  // of the last block
    bool timer_runs = false;
    /// Blocks that are not sent yet, and one for an event that waits for lines. Any thread.
    std::atomic<int> unsent{0};
};

/// Whole lines of one file, delimiters included; without bytes, the sign to complete an event that
/// has waited long enough for its next line.
struct Block {
    std::shared_ptr<FileStream> file;
    std::shared_ptr<const std::string> path;
    SlabRef slab;
    std::string_view bytes;    // in `slab`
    std::uint64_t offset = 0;  // of the first byte, in the file
    std::uint64_t end = 0;     // of what was read, in the file
};

/// A worker's share of a file source: takes blocks of its files in order and makes one batch of
/// each. Blocks of whole lines are made batches of by all workers, in order still; events of
/// several lines depend on the blocks before, so these are sent one after the other. Either way a
/// full sink holds back the reading of these files. Shared by its tasks and the reading thread,
/// which only touches the queue.
class Lane : public std::enable_shared_from_this<Lane> {
public:
    static constexpr std::size_t blocks_ahead = 4;

    /// `room_made` is called after blocks were taken out of the queue.
    Lane(component::SourceContext& context, const LineRules& rules, io::StopToken stopping,
         std::function<void()> room_made)
        : context_(context),
          rules_(rules),
          stopping_(std::move(stopping)),
          room_made_(std::move(room_made)) {}

    /// Ends once the queue is closed and drained; events that wait for further lines are completed.
    [[nodiscard]] io::Task<> run(io::Worker& worker);

    [[nodiscard]] bool has_room() const { return blocks_.size() < blocks_ahead; }
    /// From the reading thread only, when there is room.
    void push(Block block);
    void close() { blocks_.close(); }
    [[nodiscard]] io::Task<> ended() { return ended_.wait(); }

private:
    [[nodiscard]] io::Task<> take_here(Block block);
    [[nodiscard]] io::Task<> spread(Block block);
    [[nodiscard]] BatchRef make_batch(const Block& block);
    [[nodiscard]] BatchRef complete_waiting(FileStream& file);
    void note_waiting(const std::shared_ptr<FileStream>& file);
    void add_lines(const Block& block, LineBatch& lines) const;
    void emit(const LineGroup& group, LineBatch& lines) const;
    void drop(std::string_view line) const;
    [[nodiscard]] io::Task<> send(std::shared_ptr<FileStream> file, BatchRef batch);
    [[nodiscard]] io::Task<> watch_timeout(std::shared_ptr<FileStream> file);

    component::SourceContext& context_;
    const LineRules& rules_;
    const io::StopToken stopping_;
    const std::function<void()> room_made_;
    /// The bounds are kept by `has_room`: what timers add may not take the room of blocks.
    io::Channel<Block> blocks_{std::size_t{1} << 30, std::size_t{1} << 40};
    std::vector<std::shared_ptr<FileStream>> waiting_;  // have an event that is not complete
    io::Worker* worker_ = nullptr;
    std::unique_ptr<component::OrderedStream> ordered_;
    io::Event ended_;
};

}  // namespace engine::sources::file
