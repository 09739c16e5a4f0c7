#include "sources/file/lane.hpp"

#include <algorithm>

#include "engine/component/output.hpp"
#include "engine/diagnostic/assert.hpp"
#include "engine/io/timer.hpp"
#include "engine/vrl/encoding/charset.hpp"

namespace engine::sources::file {

FileStream::FileStream(std::shared_ptr<Progress> file_progress, const LineRules& rules)
    : progress(std::move(file_progress)) {
    if (rules.multiline) {
        grouping.emplace(*rules.multiline, rules.delimiter.is_line_feed() && rules.charset.empty());
    }
}

void Lane::push(Block block) {
    const std::size_t bytes = block.slab.capacity();
    const bool pushed = blocks_.try_push(std::move(block), bytes);
    ENGINE_ASSERT(pushed, "the queue holds more than the reading thread and the timers fill");
}

io::Task<> Lane::run(io::Worker& worker) {
    const auto self = shared_from_this();
    worker_ = &worker;
    ordered_ = context_.output.open_stream(context_.runtime);
    for (;;) {
        std::optional<Block> block = co_await blocks_.pop();
        if (!block) {
            break;
        }
        if (blocks_.size() <= blocks_ahead / 2) {
            room_made_();
        }
        const bool alone = rules_.multiline.has_value() || context_.runtime.size() == 1 ||
                           block->bytes.size() < component::OrderedStream::smallest_block;
        if (alone) {
            co_await ordered_->drain();
            co_await take_here(std::move(*block));
        } else {
            co_await spread(std::move(*block));
        }
    }
    co_await ordered_->drain();
    for (const std::shared_ptr<FileStream>& file : std::exchange(waiting_, {})) {
        BatchRef batch = complete_waiting(*file);
        co_await send(file, std::move(batch));
    }
    ended_.set();
}

io::Task<> Lane::take_here(Block block) {
    const std::shared_ptr<FileStream> file = block.file;
    BatchRef batch;
    const bool of_block = !block.bytes.empty();
    if (of_block) {
        file->path = block.path;
        file->end = block.end;
        batch = make_batch(block);
    } else if (std::chrono::steady_clock::now() >= file->last_line + rules_.multiline->timeout) {
        batch = complete_waiting(*file);
    }
    block = {};
    co_await send(file, std::move(batch));
    if (of_block) {
        --file->unsent;
    }
}

/// The checkpoint moves once every sink has the events, or, if one acknowledges, once they are
/// delivered: either way the share is let go of then.
io::Task<> Lane::spread(Block block) {
    const std::shared_ptr<FileStream> file = block.file;
    Acknowledgement share = file->progress->begin(block.end);
    component::OrderedStream::Work work = [this, lines = std::move(block), held = std::move(share)](
                                              component::TicketOutput& output) mutable {
        BatchRef batch = make_batch(lines);
        if (!batch->empty()) {
            output.send({std::move(batch), std::move(held)});
        }
    };
    co_await ordered_->submit(std::move(work));
    --file->unsent;
}

BatchRef Lane::make_batch(const Block& block) {
    LineBatch lines(rules_.format, *block.path, Timestamp::now());
    Batch& batch = lines.batch();
    batch.retain(block.slab);
    // Lines are seldom shorter; growing twice costs less than room for lines of one byte.
    batch.reserve(block.bytes.size() / 128 + 1);
    add_lines(block, lines);
    if (block.file->grouping) {
        block.file->grouping->leave_block();
        note_waiting(block.file);
    }
    return std::move(lines).take();
}

void Lane::note_waiting(const std::shared_ptr<FileStream>& file) {
    if (!file->grouping->open_since()) {
        return;
    }
    file->last_line = std::chrono::steady_clock::now();
    if (!std::exchange(file->timer_runs, true)) {
        ++file->unsent;
        waiting_.push_back(file);
        worker_->spawn(watch_timeout(file));
    }
}

void Lane::add_lines(const Block& block, LineBatch& lines) const {
    const std::string_view text = block.bytes;
    const std::size_t delimiter = rules_.delimiter.size();
    std::size_t begin = 0;
    while (begin < text.size()) {
        // Each block ends with a delimiter.
        const std::size_t end = rules_.delimiter.find(text, begin);
        std::string_view line = text.substr(begin, end - begin);
        const std::uint64_t offset = block.offset + begin;
        begin = end + delimiter;
        if (line.size() > rules_.max_line_bytes) [[unlikely]] {
            drop(line);
            continue;
        }
        if (!rules_.charset.empty()) {
            const auto decoded = vrl::charset_decoded(line, rules_.charset);
            line = lines.batch().arena().copy(decoded.value_or(std::string(line)));
        }
        if (!block.file->grouping) {
            lines.add(Value::bytes(line), offset);
            continue;
        }
        block.file->grouping->add(line, offset,
                                  [&](const LineGroup& group) { emit(group, lines); });
    }
}

void Lane::emit(const LineGroup& group, LineBatch& lines) const {
    lines.add(group.in_block ? Value::bytes(group.text)
                             : Value::copy_of(group.text, lines.batch().arena()),
              group.offset);
}

void Lane::drop(std::string_view line) const {
    context_.log.error(
        "engine::sources::file", "Found line that exceeds max_line_bytes; discarding.",
        {telemetry::field("configured_limit", static_cast<std::int64_t>(rules_.max_line_bytes)),
         telemetry::field("encountered_size_so_far", static_cast<std::int64_t>(line.size())),
         telemetry::quoted("error_type", "condition_failed"),
         telemetry::quoted("stage", "receiving")});
    context_.metrics.error("condition_failed", "receiving");
    context_.metrics.discarded_unintentionally.add();
}

BatchRef Lane::complete_waiting(FileStream& file) {
    LineBatch lines(rules_.format, *file.path, Timestamp::now());
    file.grouping->flush([&](const LineGroup& group) { emit(group, lines); });
    return std::move(lines).take();
}

io::Task<> Lane::send(std::shared_ptr<FileStream> file, BatchRef batch) {
    if (!batch || batch->empty()) {
        co_return;
    }
    // Behind the events that are complete.
    std::uint64_t position = file->end;
    if (file->grouping && file->grouping->open_since()) {
        position = *file->grouping->open_since();
    }
    if (!context_.acknowledge) {
        Delivery delivery{std::move(batch), {}};
        ENGINE_CO_SEND(context_.output, std::move(delivery));
        file->progress->pass(position);
        co_return;
    }
    Delivery delivery{std::move(batch), file->progress->begin(position)};
    ENGINE_CO_SEND(context_.output, std::move(delivery));
}

/// Lives while the file has an event that waits for lines; asks for its completion through the
/// queue, so that batches stay in order.
io::Task<> Lane::watch_timeout(std::shared_ptr<FileStream> file) {
    const auto self = shared_from_this();
    while (file->grouping->open_since()) {
        const auto due = file->last_line + rules_.multiline->timeout;
        const auto left = due - std::chrono::steady_clock::now();
        if (left.count() > 0) {
            const io::SleepResult slept = co_await io::sleep_for(left, stopping_);
            if (slept == io::SleepResult::Stopped) {
                co_return;
            }
            continue;
        }
        Block sign{file, file->path, {}, {}, 0, 0};
        const bool pushed = co_await blocks_.push(std::move(sign), 0);
        if (!pushed) {
            co_return;
        }
        const io::SleepResult slept = co_await io::sleep_for(rules_.multiline->timeout, stopping_);
        if (slept == io::SleepResult::Stopped) {
            co_return;
        }
    }
    std::erase(waiting_, file);
    file->timer_runs = false;
    --file->unsent;
}

}  // namespace engine::sources::file
