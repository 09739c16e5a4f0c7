#pragma once

#include <cstddef>

#include "engine/component/sink.hpp"
#include "engine/event/batch.hpp"
#include "engine/io/task.hpp"

namespace engine::buffer {

/// What became of an attempt to hand events to a buffer without waiting.
enum class Offer : std::uint8_t {
    Taken,  // stored, queued, or dropped as the policy says
    Full,   // the caller waits with `take`, or goes elsewhere; the item is untouched
};

/// The queue in front of one sink. Producers are the workers, any number at once; the sink's strand
/// reads through the SinkInput side. It decides when an acknowledgement is let go of: when queued
/// (memory), when stored (disk), or, by the sink, when delivered.
class SinkBuffer : public component::SinkInput {
public:
    /// What needs no order, before an item is offered: encoding for the sink or the disk. Any
    /// thread.
    [[nodiscard]] virtual component::SinkItem prepare(Delivery delivery) const = 0;
    /// Any thread. `item` comes from `prepare`.
    virtual Offer offer(component::SinkItem& item) = 0;
    /// Waits for room; on the calling coroutine's worker.
    virtual io::Task<void> take(component::SinkItem item) = 0;
    /// No more events come. Any thread. `receive` ends once drained (memory) or at once (disk).
    virtual void close() = 0;
    /// Stops the buffer's own threads and flushes; blocks. After the sink has completed.
    virtual void shut_down() {}
};

}  // namespace engine::buffer
