#pragma once

#include <memory>

#include "engine/component/ordered_stream.hpp"
#include "engine/io/runtime.hpp"

namespace engine::topology {

class SourceOutput;

/// An ordered stream that all workers work for. It admits twice as many tickets as there are
/// workers: one that each works on, one that waits for it. Work queues up in one place and the
/// workers fetch it, a piece a turn, so that a worker busy with something else holds nothing up.
/// Whoever completes the ticket whose turn it is hands its results to the sinks, and those behind
/// it that are there already; where a sink is full, a coroutine waits in its place, and once the
/// tickets are used up so does the stream, but nobody else.
///
/// Owned by the source. Its state is shared with the turns that workers still have to take.
class TicketedStream final : public component::OrderedStream {
public:
    /// Both outlive the stream's last `drain`.
    TicketedStream(const SourceOutput& output, io::Runtime& runtime);
    ~TicketedStream() override;

    io::Task<> submit(Work work) override;
    io::Task<> drain() override;

private:
    class State;
    const std::shared_ptr<State> state_;
};

}  // namespace engine::topology
