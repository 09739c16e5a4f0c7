#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "engine/component/context.hpp"
#include "engine/event/batch.hpp"

namespace engine::component {

/// Where a transform puts its results. Output 0 is the default one, the others follow in the order
/// of the definition's `outputs`.
class TransformOutputs {
public:
    virtual ~TransformOutputs() = default;
    virtual void emit(std::size_t output, Delivery delivery) = 0;
    void emit(Delivery delivery) { emit(0, std::move(delivery)); }
    /// Whether anything consumes that output.
    [[nodiscard]] virtual bool connected(std::size_t output) const = 0;
};

/// A stateless transform. The topology fuses chains of them: they run one after the other on the
/// worker that has the batch. Any number of workers may call `process` at once.
class Transform {
public:
    virtual ~Transform() = default;

    /// Called once, before the first batch; the context outlives the transform.
    virtual void start(const RunContext& context) = 0;

    /// Takes the batch over. One that is not `unique()` is read-only: derive from it or fork it.
    /// Every part that is emitted carries a copy of the acknowledgement; what is dropped by design
    /// just lets go. Received and sent events are counted by the topology; discarded ones and
    /// errors here.
    virtual void process(Delivery delivery, TransformOutputs& outputs) const = 0;

    [[nodiscard]] virtual bool reads_request() const { return false; }
    /// Number of partitions that its events are numbered with (`%partition`).
    [[nodiscard]] virtual std::optional<std::uint32_t> partitions() const { return std::nullopt; }
};

}  // namespace engine::component
