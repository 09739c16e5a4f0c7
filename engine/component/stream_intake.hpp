#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "engine/codec/stream_decoder.hpp"
#include "engine/component/context.hpp"
#include "engine/component/ordered_stream.hpp"
#include "engine/event/slab.hpp"
#include "engine/io/task.hpp"

namespace engine::component {

/// What a source does with what comes out of its streams. Called on any worker, several at once.
struct StreamIntakeRules {
    std::function<void(DecodedEvents& events)> add_fields;
    /// Frames over the length limit were dropped.
    std::function<void(std::uint64_t count)> report_discarded;
};

/// Takes in one stream of bytes (a pipe, a connection): block in, events out to the source's
/// output, in order. Owned and called by the stream's coroutine; the arguments outlive it.
class StreamIntake {
public:
    StreamIntake(SourceContext& context, const EventDecoder& decoder,
                 const StreamIntakeRules& rules);

    /// Who decodes the block and runs the stages behind the source. All workers, where the stream
    /// alone may occupy them: large blocks only, since each costs a hop; framing that cannot be
    /// split is read here, and the stages are spread all the same.
    enum class Workers : std::uint8_t { This, All };
    /// Whether the stream goes on: a framing error ends it. Completes when there is room for the
    /// next block.
    [[nodiscard]] io::Task<bool> take(SlabRef block, Workers workers);
    /// The stream has ended; `rest`: it is whole, so that what is left of it is an event too.
    /// Completes when the sinks have everything.
    enum class Rest : std::uint8_t { Dropped, Decoded };
    [[nodiscard]] io::Task<> finish(Rest rest);

private:
    [[nodiscard]] bool take_here(const SlabRef& block, DecodedEvents& events);
    [[nodiscard]] bool check(const Result<void>& decoded) const;
    void report(const std::vector<Error>& errors, std::uint64_t discarded);
    [[nodiscard]] io::Task<> send_here(DecodedEvents events);
    [[nodiscard]] OrderedStream& ordered();
    [[nodiscard]] OrderedStream::Work work_on(FrameRun run) const;

    SourceContext& context_;
    const EventDecoder& decoder_;
    const StreamIntakeRules& rules_;
    StreamDecoder stream_;
    std::unique_ptr<OrderedStream> ordered_;  // once all workers have been asked for
    std::uint64_t discarded_ = 0;
};

}  // namespace engine::component
