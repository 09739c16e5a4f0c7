#pragma once

#include <memory>
#include <optional>

#include "engine/component/context.hpp"
#include "engine/diagnostic/error.hpp"
#include "engine/event/batch.hpp"
#include "engine/io/task.hpp"

namespace engine::component {

/// What a sink has made of a batch ahead of time; each sink derives its own.
struct Prepared {
    virtual ~Prepared() = default;
};

/// Events for a sink. Whoever takes one out of the input calls `delivery.acknowledgement.finish`
/// with what became of them; Errored leaves those of a disk buffer there for the next start.
struct SinkItem {
    Delivery delivery;
    std::unique_ptr<Prepared> prepared;  // null when the sink prepares nothing
    /// The sink had these events before and could not deliver all of them: what was discarded then
    /// has been counted.
    bool repeated = false;
};

/// The sink's end of its buffer. Used on the sink's worker only.
class SinkInput {
public:
    virtual ~SinkInput() = default;
    /// The next events; nullopt once the buffer is closed and drained (memory), or closed (disk).
    virtual io::Task<std::optional<SinkItem>> receive() = 0;
    /// What is there now, without waiting.
    virtual std::optional<SinkItem> try_receive() = 0;
};

/// Where events go. Created and destroyed by the topology.
class Sink {
public:
    virtual ~Sink() = default;

    /// Opens what the sink needs; on the context's worker, before `run`. The context outlives the
    /// sink.
    virtual io::Task<Result<void>> start(SinkContext& context) = 0;

    /// Whether the destination can be reached; its error is shown to the user.
    virtual io::Task<Result<void>> healthcheck() { co_return Result<void>{}; }

    /// Work that needs no order, such as encoding, done by the worker that has the batch before it
    /// enters a memory buffer (or after it was read from disk). Any number of workers at once.
    [[nodiscard]] virtual std::unique_ptr<Prepared> prepare(const Batch&) const { return nullptr; }

    /// Takes events until the input ends, then completes when nothing is in flight any more. Runs
    /// on the context's worker.
    virtual io::Task<void> run(SinkInput& input) = 0;

    /// Whether clients wait until delivery (`acknowledgements.enabled`).
    [[nodiscard]] virtual bool acknowledges() const { return false; }
    /// Whether it sends received requests on (forward mode).
    [[nodiscard]] virtual bool forwards_requests() const { return false; }
    [[nodiscard]] virtual bool reads_request() const { return forwards_requests(); }
};

}  // namespace engine::component
