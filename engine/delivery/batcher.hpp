#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/codec/event_encoder.hpp"
#include "engine/component/sink.hpp"
#include "engine/delivery/clock.hpp"
#include "engine/delivery/request.hpp"
#include "engine/event/finalizer.hpp"

namespace engine::delivery {

/// Limits of one request's batch: the `batch` table. Plain values.
struct BatchLimits {
    std::size_t max_events = std::numeric_limits<std::size_t>::max();
    std::size_t max_bytes = 10'000'000;  // of encoded events
    std::chrono::nanoseconds timeout = std::chrono::seconds(1);
};

/// Events of one batch that go to the same place, encoded one after the other. `key` says where:
/// what it holds is the sink's own affair.
struct EncodedGroup {
    std::string key;
    EncodedEvents events;
    /// The batch's memory reservation, if it has one: the bytes here take its place.
    std::vector<std::shared_ptr<const void>> reservations;
    /// Positions of the encoded events in their batch; only where the sink's events may go
    /// elsewhere.
    std::vector<std::uint32_t> positions;
};

/// A batch as a sink that batches has prepared it. Shared by the requests that its bytes end up in,
/// hence shared_ptr: of those requests each ends on its own.
struct PreparedEvents : component::Prepared {
    std::vector<std::shared_ptr<const EncodedGroup>> groups;
    std::size_t failed = 0;  // events that have no place or no encoding; logged and counted
    /// Those of them that go to the sink's `rejected` output: then they are not counted.
    std::vector<std::uint32_t> rejected;
    std::string rejected_reason;  // of the first one
};

/// Some events of a group, on their way into a request.
struct EncodedSlice {
    std::shared_ptr<const EncodedGroup> group;
    std::size_t begin = 0;
    std::size_t end = 0;
    BatchRef source;  // null unless the events may go elsewhere

    [[nodiscard]] EventSelection selection() const;
    [[nodiscard]] std::string_view bytes() const { return group->events.view(begin, end); }
};

/// The events of one request.
struct EventBatch {
    std::string key;
    std::vector<EncodedSlice> slices;
    std::vector<Acknowledgement> acknowledgements;  // of those who wait for their delivery
    std::size_t events = 0;
    std::size_t bytes = 0;
    std::size_t event_bytes = 0;  // estimated JSON size
    /// Where small slices are gathered: the group of the last slice, or null.
    std::shared_ptr<EncodedGroup> gathering;

    /// Adds the encoded events from `begin` to `end` of the group.
    void add(const std::shared_ptr<const EncodedGroup>& group, std::size_t begin, std::size_t end,
             const BatchRef& source);
    /// Its events, where the slices have them.
    [[nodiscard]] std::vector<EventSelection> selections() const;
};

/// Collects events by key up to the limits of a request. Knows no clock: it is told the time, which
/// never goes back. What an event, a deadline or a look costs does not depend on how many keys have
/// an open batch. Belongs to the sink's strand.
class Batcher {
public:
    explicit Batcher(const BatchLimits& limits) : limits_(limits) {}

    /// Adds the events of a group, `event_bytes` of estimated JSON in all; batches that are full go
    /// to `full`, in order. `source` is the events' batch, kept if it is not null.
    void add(const std::shared_ptr<const EncodedGroup>& group, std::size_t event_bytes,
             const Acknowledgement& acknowledgement, TimePoint now, std::vector<EventBatch>& full,
             const BatchRef& source = {});

    /// When the oldest batch is to be sent, however full.
    [[nodiscard]] std::optional<TimePoint> deadline() const;
    void take_expired(TimePoint now, std::vector<EventBatch>& into);
    /// Those that somebody waits for.
    void take_acknowledged(std::vector<EventBatch>& into);
    void take_all(std::vector<EventBatch>& into);
    [[nodiscard]] bool empty() const { return open_.empty(); }
    /// Open batches.
    [[nodiscard]] std::size_t size() const { return open_.size(); }
    /// Encoded bytes in open batches.
    [[nodiscard]] std::size_t bytes() const { return bytes_; }

private:
    struct Open {
        EventBatch batch;
        TimePoint deadline;
    };
    using OpenBatches = std::list<Open>;

    [[nodiscard]] OpenBatches::iterator open(const std::string& key, TimePoint now);
    OpenBatches::iterator take(OpenBatches::iterator position, std::vector<EventBatch>& into);

    BatchLimits limits_;
    OpenBatches open_;  // the first opened, which is due first, at the beginning
    /// By key, which their batch owns.
    std::unordered_map<std::string_view, OpenBatches::iterator> by_key_;
    std::size_t bytes_ = 0;
    std::size_t acknowledged_ = 0;  // open ones that somebody waits for
};

}  // namespace engine::delivery
