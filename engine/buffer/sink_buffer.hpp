#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

#include "engine/component/sink.hpp"
#include "engine/event/batch.hpp"
#include "engine/io/task.hpp"

namespace engine::buffer {

/// What became of an attempt to hand events to a buffer without waiting.
enum class Offer : std::uint8_t {
    Taken,  // stored, queued, or dropped as the policy says
    Full,   // the caller waits with `take`, or goes elsewhere; the item is untouched
};

/// What became of an attempt to set room aside.
enum class Admission : std::uint8_t {
    Admitted,
    Full,      // worth another attempt when there is room
    Refused,   // the client is to come again
    TooLarge,  // there will never be room
};

/// One delivery on its way into a buffer that sets room aside before it is written to, so that a
/// request is stored in all of its buffers or in none. Used by one coroutine at a time; must not
/// outlive the buffer.
class Admittance {
public:
    virtual ~Admittance() = default;
    [[nodiscard]] virtual Admission reserve() = 0;
    /// Gives the room back, because another buffer has none.
    virtual void release() = 0;
    /// Requires Admitted. `delivery` is the one of the item that was admitted.
    virtual void store(Delivery delivery) = 0;
    /// After TooLarge: counts and logs what will never be stored.
    virtual void note_too_large(const Delivery& delivery) = 0;
    /// After Full. False: it has lasted too long for a client that waits, or the buffer is closed.
    [[nodiscard]] virtual io::Task<bool> wait_for_room() = 0;
};

/// What to do with a delivery for which there is no room.
enum class Patience : std::uint8_t {
    Limited,  // a client waits: after `block_timeout_secs` it is told to come again
    Endless,  // its source cannot answer: it waits
};

/// The queue in front of one sink. Producers are the workers, any number at once; the sink's strand
/// reads through the SinkInput side. It decides when an acknowledgement is let go of: when queued
/// (memory), when stored (disk), or, by the sink, when delivered.
class SinkBuffer : public component::SinkInput {
public:
    /// What needs no order, before an item is offered: encoding for the sink or the disk. Any
    /// thread.
    [[nodiscard]] virtual component::SinkItem prepare(Delivery delivery) const = 0;
    /// The way in for an item from `prepare`, whose preparation outlives the admittance; null where
    /// room cannot be set aside: then `offer` it. Any thread.
    [[nodiscard]] virtual std::unique_ptr<Admittance> admit(component::SinkItem&, Patience) {
        return nullptr;
    }
    /// Any thread. `item` comes from `prepare`.
    virtual Offer offer(component::SinkItem& item, Patience patience) = 0;
    /// Waits for room; on the calling coroutine's worker.
    virtual io::Task<void> take(component::SinkItem item, Patience patience) = 0;
    /// No more events come. Any thread. `receive` ends once drained (memory) or at once (disk).
    virtual void close() = 0;
    /// Called, on any thread, when `try_receive` may have something. Set before traffic starts.
    virtual void on_readable(std::function<void()> notify) = 0;
    /// Stops the buffer's own threads and flushes; blocks. After the sink has completed.
    virtual void shut_down() {}
};

}  // namespace engine::buffer
