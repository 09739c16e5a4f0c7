#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "engine/component/ordered_stream.hpp"
#include "engine/event/batch.hpp"
#include "engine/io/runtime.hpp"
#include "engine/io/task.hpp"

namespace engine::component {

/// What is left of a send that met a full buffer: waiting for it is the backpressure. Ready in the
/// usual case, so that no coroutine frame is made for it.
class [[nodiscard]] Backpressure {
public:
    Backpressure() = default;
    explicit Backpressure(io::Task<void> waiting) : waiting_(std::move(waiting)) {}
    [[nodiscard]] bool ready() const { return !waiting_.has_value(); }
    /// The rest of the send: hands over what could not be handed over yet. Requires !ready().
    [[nodiscard]] io::Task<void> wait() && { return std::move(*waiting_); }

private:
    std::optional<io::Task<void>> waiting_;
};

/// Where a source hands events over. `send` runs the stateless transforms behind the source on the
/// calling worker and gives the results to the buffer of every sink that they reach. When it
/// returns ready (or `wait` completes) each has them. Any number of workers may send at once; one
/// stream that wants its order kept sends one batch after the other, or opens an ordered stream.
class Output {
public:
    virtual ~Output() = default;
    virtual Backpressure send(Delivery delivery) = 0;
};

/// The output of a source.
class SourceOutput : public Output {
public:
    /// For a stream that is too fast for one worker. What is sent beside it has no place in its
    /// order unless it has been drained before.
    [[nodiscard]] virtual std::unique_ptr<OrderedStream> open_stream(io::Runtime& runtime) = 0;
};

}  // namespace engine::component

/// Sends and, where a buffer is full, waits: for coroutines.
#define ENGINE_CO_SEND(output, delivery)                    \
    do {                                                    \
        auto engine_backpressure = (output).send(delivery); \
        if (!engine_backpressure.ready()) [[unlikely]] {    \
            co_await std::move(engine_backpressure).wait(); \
        }                                                   \
    } while (false)
