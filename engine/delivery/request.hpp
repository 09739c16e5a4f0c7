#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/delivery/retry.hpp"
#include "engine/event/batch.hpp"
#include "engine/event/finalizer.hpp"
#include "engine/io/task.hpp"

namespace engine::delivery {

/// Some events of a batch: what a request was made of, kept where it may have to go elsewhere.
struct EventSelection {
    BatchRef batch;
    std::vector<std::uint32_t> positions;  // ascending
};

/// One request of a sink, with what hangs on it. Each sink derives what it sends. Owned by the
/// RequestSender from `submit` on; on the sink's strand.
struct Request {
    virtual ~Request() = default;

    /// Requests of one key go one after the other, in order; empty: no order.
    std::string order_key;
    /// What stands or falls as a whole, "http://host:port": requests of one destination share a
    /// circuit. Empty where the sink has a single one.
    std::string destination;
    std::size_t events = 0;
    std::size_t event_bytes = 0;  // estimated JSON size of the events
    std::size_t body_bytes = 0;   // on the wire
    std::vector<Acknowledgement> acknowledgements;
    /// Its events, if the sender `keeps_events`.
    std::vector<EventSelection> selections;

    /// Records the outcome with all acknowledgements and lets them go.
    void finish(DeliveryStatus status) {
        for (Acknowledgement& each : acknowledgements) {
            each.finish(status);
        }
        acknowledgements.clear();
    }
};

/// How a sink gets one request to its destination, once. On the sink's worker; any number of sends
/// at a time.
class Transport {
public:
    virtual ~Transport() = default;
    /// The request outlives the task.
    virtual io::Task<Attempt> send(const Request& request) = 0;
    /// Ends the sends under way; later ones fail.
    virtual void close() = 0;
};

}  // namespace engine::delivery
