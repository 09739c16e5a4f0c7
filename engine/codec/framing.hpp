#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <optional>
#include <string_view>

#include "engine/codec/decoding_options.hpp"
#include "engine/diagnostic/error.hpp"
#include "engine/event/slab.hpp"

namespace engine {

/// One frame and the slab that it lies in.
struct Frame {
    std::string_view bytes;
    SlabRef slab;
};

/// Whole frames of one block of a stream, to be read by a reader of their own on any thread: in
/// front, perhaps, one that began in an earlier block.
struct FrameRun {
    std::optional<Frame> first;
    SlabRef slab;
    std::string_view bytes;  // in `slab`, delimiters included

    [[nodiscard]] bool empty() const { return !first && bytes.empty(); }
};

/// Cuts one stream into frames. Frames are views of the blocks that were fed; only one that
/// straddles blocks is copied. Owned by the stream's task.
///
///     reader->feed(block);
///     while (std::optional<std::string_view> frame = ENGINE_TRY(reader->next())) …
///
/// An error means that the boundaries are lost: nothing more can be read from this stream.
class FrameReader {
public:
    FrameReader() = default;
    virtual ~FrameReader() = default;
    FrameReader(const FrameReader&) = delete;
    FrameReader& operator=(const FrameReader&) = delete;

    /// The next block of the stream; all frames of the one before have been taken. `bytes` lie in
    /// `slab`, which the reader keeps as long as it needs them.
    void feed(SlabRef slab, std::string_view bytes) {
        if (!pending_.empty()) {
            carry_.append(pending_);
            pending_ = {};
        }
        slab_ = std::move(slab);
        rest_ = bytes;
    }
    void feed(const SlabRef& block) { feed(block, block.view()); }

    /// The next frame, or nullopt when more bytes are needed. It stays as long as the slab that
    /// `frame_slab` names.
    [[nodiscard]] virtual Result<std::optional<std::string_view>> next() = 0;
    /// What is left when the stream has ended, once `next` has nothing more; called until nullopt.
    [[nodiscard]] virtual Result<std::optional<std::string_view>> finish() = 0;

    /// Instead of `next`, where `Framer::splits`: all frames that the block completes, without
    /// looking for each.
    [[nodiscard]] virtual Result<FrameRun> next_run();

    /// The slab of the frame that was returned last.
    [[nodiscard]] const SlabRef& frame_slab() const { return *frame_slab_; }
    /// Frames dropped, so far, because they were over the length limit.
    [[nodiscard]] std::uint64_t discarded() const { return discarded_; }

protected:
    [[nodiscard]] std::string_view take(std::size_t count) {
        const std::string_view taken = rest_.substr(0, count);
        rest_.remove_prefix(count);
        return taken;
    }
    /// Keeps the rest of the block for a frame that goes on in the next one.
    void carry_rest() {
        if (!rest_.empty()) {
            carry_.append(rest_);
            rest_ = {};
        }
    }
    /// The same, but without a copy until a next block comes: a message in one block has none.
    void defer_rest() {
        pending_ = rest_;
        rest_ = {};
    }
    /// A frame within the block, or the one that was carried.
    std::string_view from_block(std::string_view bytes) {
        frame_slab_ = &slab_;
        return bytes;
    }
    std::string_view from_carry();

    SlabRef slab_;
    std::string_view rest_;
    std::string_view pending_;  // the end of the last block, not yet carried
    SlabRef carry_;
    std::uint64_t discarded_ = 0;

private:
    SlabRef finished_;
    const SlabRef* frame_slab_ = &slab_;
};

/// Place for one reader on the stack of who reads one message, where `Framer::open` would allocate.
class ReaderStorage {
public:
    ReaderStorage() = default;
    ~ReaderStorage() {
        if (reader_ != nullptr)
            reader_->~FrameReader();
    }
    ReaderStorage(const ReaderStorage&) = delete;
    ReaderStorage& operator=(const ReaderStorage&) = delete;

    /// Once per storage.
    template <typename Reader, typename... Arguments>
    FrameReader& emplace(const Arguments&... arguments) {
        static_assert(sizeof(Reader) <= capacity);
        reader_ = new (memory_) Reader(arguments...);
        return *reader_;
    }

private:
    static constexpr std::size_t capacity = 256;
    alignas(std::max_align_t) std::byte memory_[capacity];
    FrameReader* reader_ = nullptr;
};

/// A `framing`: makes a reader for each stream. Immutable; used by all threads at once.
class Framer {
public:
    Framer() = default;
    virtual ~Framer() = default;
    Framer(const Framer&) = delete;
    Framer& operator=(const Framer&) = delete;
    [[nodiscard]] virtual std::unique_ptr<FrameReader> open() const = 0;
    [[nodiscard]] virtual FrameReader& open(ReaderStorage& storage) const = 0;
    /// Whether frames can be found from any boundary on, so that `FrameReader::next_run` works.
    [[nodiscard]] bool splits() const { return delimiter().has_value(); }
    /// What ends every frame and occurs in none, if there is such a byte.
    [[nodiscard]] virtual std::optional<char> delimiter() const { return std::nullopt; }
};

/// The framer of `options.method`; the error says what is wrong with the options, or that this
/// build lacks the method.
[[nodiscard]] Result<std::unique_ptr<const Framer>> make_framer(const FramingOptions& options);

}  // namespace engine
