#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sources/file/options.hpp"

namespace engine::sources::file {

/// The text of one event: lines joined by line feeds, and where the first one began.
struct LineGroup {
    std::string_view text;
    std::uint64_t offset = 0;
    /// The text lies in the block that the lines came in; otherwise it stays valid only until the
    /// next call.
    bool in_block = true;
};

/// Joins lines of one file to events, as `multiline` says. Lines of a block that follow each other
/// in memory, with a line feed between them, are joined without a copy. Owned by the file's lane.
class LineGrouping {
public:
    /// `contiguous`: lines are views of blocks in which a line feed stands between them.
    LineGrouping(const MultilineOptions& options, bool contiguous)
        : options_(options), contiguous_(contiguous) {}

    /// Takes a line; `emit(LineGroup)` is called for each event that it completes.
    template <typename Emit>
    void add(std::string_view line, std::uint64_t offset, const Emit& emit) {
        if (!open_) {
            begin_or_pass(line, offset, emit);
            return;
        }
        const bool matches = options_.condition_pattern->matches(line);
        switch (options_.mode) {
            case GroupingMode::ContinueThrough:
            case GroupingMode::HaltBefore:
                if (matches == (options_.mode == GroupingMode::ContinueThrough)) {
                    append(line);
                } else {
                    flush(emit);
                    begin_or_pass(line, offset, emit);
                }
                break;
            case GroupingMode::ContinuePast:
            case GroupingMode::HaltWith:
                append(line);
                if (matches == (options_.mode == GroupingMode::HaltWith)) {
                    flush(emit);
                }
                break;
        }
    }

    /// Completes the event that waits for more lines.
    template <typename Emit>
    void flush(const Emit& emit) {
        if (!open_) {
            return;
        }
        open_ = false;
        if (stored_.empty() && !stored_any_) {
            emit(LineGroup{view_, offset_, true});
            return;
        }
        store_view();
        finished_.swap(stored_);
        stored_.clear();
        stored_any_ = false;
        emit(LineGroup{finished_, offset_, false});
    }

    /// The block ends: keeps a copy of what waits for more lines.
    void leave_block() {
        if (open_) {
            store_view();
        }
    }

    /// Where the event that waits for more lines began.
    [[nodiscard]] std::optional<std::uint64_t> open_since() const {
        return open_ ? std::optional(offset_) : std::nullopt;
    }

private:
    template <typename Emit>
    void begin_or_pass(std::string_view line, std::uint64_t offset, const Emit& emit) {
        if (!options_.start_pattern->matches(line)) {
            emit(LineGroup{line, offset, true});
            return;
        }
        open_ = true;
        view_ = line;
        has_view_ = true;
        offset_ = offset;
    }

    void append(std::string_view line) {
        if (contiguous_ && has_view_ && view_.data() + view_.size() + 1 == line.data()) {
            view_ = {view_.data(), view_.size() + 1 + line.size()};
            return;
        }
        store_view();
        view_ = line;
        has_view_ = true;
    }

    void store_view() {
        if (!has_view_) {
            return;
        }
        if (stored_any_) {
            stored_ += '\n';
        }
        stored_ += view_;
        stored_any_ = true;
        has_view_ = false;
        view_ = {};
    }

    const MultilineOptions& options_;
    const bool contiguous_;
    bool open_ = false;
    std::uint64_t offset_ = 0;
    /// What came in earlier blocks, or is not contiguous; then the lines behind it.
    std::string stored_;
    bool stored_any_ = false;
    std::string_view view_;
    bool has_view_ = false;
    std::string finished_;
};

}  // namespace engine::sources::file
