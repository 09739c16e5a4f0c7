#pragma once

#include <cstddef>
#include <functional>

#include "engine/event/batch.hpp"
#include "engine/io/task.hpp"

namespace engine::component {

/// Where work hands over the batches that it makes, in order. Used during the work only.
class TicketOutput {
public:
    virtual ~TicketOutput() = default;
    /// Runs the stateless transforms behind the source at once; what comes out of them reaches the
    /// sinks when it is this work's turn.
    virtual void send(Delivery delivery) = 0;
};

/// One stream of events (a pipe, a connection, the files of a lane) whose work is done by any
/// worker, while its events reach each sink in the order of submission. Made by
/// `Output::open_stream`; owned by one coroutine of the source, which alone calls it. A bounded
/// number of submissions is under way at once, those that wait for a full sink included: that is
/// the backpressure.
class OrderedStream {
public:
    virtual ~OrderedStream() = default;

    /// Less work than on a block of this size is done sooner than another worker wakes up.
    static constexpr std::size_t smallest_block = std::size_t{16} << 10;

    /// Makes batches: decodes what it was given. Called once, on any worker; what it refers to
    /// lives until `drain`.
    using Work = std::move_only_function<void(TicketOutput& output)>;

    /// Waits until fewer submissions are under way than are admitted, then gives the work to
    /// whichever worker is free.
    virtual io::Task<> submit(Work work) = 0;
    /// Completes once every sink has everything that was submitted.
    virtual io::Task<> drain() = 0;
};

}  // namespace engine::component
