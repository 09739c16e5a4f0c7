#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "engine/event/arena.hpp"
#include "engine/event/envelope.hpp"
#include "engine/event/finalizer.hpp"
#include "engine/event/metric.hpp"
#include "engine/event/slab.hpp"
#include "engine/event/value.hpp"

namespace engine {

class Batch;
class BatchPool;

/// Shared ownership of a batch. A batch with one owner may be changed by it; a shared one is
/// read-only.
class BatchRef {
public:
    BatchRef() = default;
    explicit BatchRef(Batch* batch);
    BatchRef(const BatchRef& other);
    BatchRef(BatchRef&& other) noexcept : batch_(std::exchange(other.batch_, nullptr)) {}
    BatchRef& operator=(BatchRef other) noexcept {
        std::swap(batch_, other.batch_);
        return *this;
    }
    ~BatchRef();
    [[nodiscard]] explicit operator bool() const { return batch_ != nullptr; }
    [[nodiscard]] Batch* operator->() const { return batch_; }
    [[nodiscard]] Batch& operator*() const { return *batch_; }
    [[nodiscard]] Batch* get() const { return batch_; }

private:
    Batch* batch_ = nullptr;
};

enum class EventKind : std::uint8_t { Log, Metric, Trace };

/// The unit that moves: events of one kind with the memory that they live in. Freed as a whole.
/// Logs and traces are Values (the roots), metrics are Metric pointers; position i of every column
/// belongs to event i.
class Batch {
public:
    [[nodiscard]] static BatchRef make(EventKind kind);
    /// A batch with the same memory, and no events yet: it retains `parent`, whose values may be
    /// used in it, and has its kind, source, shared metadata and envelopes. Who wants to change a
    /// batch that it does not own alone derives one.
    [[nodiscard]] static BatchRef derive(const BatchRef& parent);
    /// A derived batch with all events of `parent`.
    [[nodiscard]] static BatchRef fork(const BatchRef& parent);

    /// The events of these ascending positions: `batch` itself, reduced, when the caller is its
    /// only owner (and gives it up), otherwise a derived batch.
    [[nodiscard]] static BatchRef select(BatchRef batch, std::span<const std::uint32_t> positions);

    [[nodiscard]] EventKind kind() const { return kind_; }
    [[nodiscard]] Arena& arena() { return arena_; }
    [[nodiscard]] bool unique() const { return references_.load(std::memory_order_acquire) == 1; }

    [[nodiscard]] std::size_t size() const {
        return kind_ == EventKind::Metric ? metrics_.size() : roots_.size();
    }
    [[nodiscard]] bool empty() const { return size() == 0; }

    [[nodiscard]] Value& root(std::size_t index) { return roots_[index]; }
    [[nodiscard]] const Value& root(std::size_t index) const { return roots_[index]; }
    [[nodiscard]] Metric& metric(std::size_t index) { return *metrics_[index]; }
    [[nodiscard]] const Metric& metric(std::size_t index) const { return *metrics_[index]; }

    void reserve(std::size_t events);
    /// Appends an event; its memory must be this batch's or retained by it.
    void push(Value root) {
        roots_.push_back(root);
        add_columns();
    }
    void push(Metric* metric) {
        metrics_.push_back(metric);
        add_columns();
    }
    /// Appends event `index` of `other`, which this batch derives from, with its metadata and
    /// envelope.
    void push_from(const Batch& other, std::size_t index);
    /// Keeps the events of these ascending positions.
    void keep(std::span<const std::uint32_t> positions);

    /// Metadata (`%`) of an event, null when there is none; without the envelope.
    [[nodiscard]] const Value& metadata(std::size_t index) const {
        return metadata_column_.empty() ? shared_metadata_ : metadata_column_[index];
    }
    void set_shared_metadata(Value metadata) { shared_metadata_ = metadata; }
    /// The event's own metadata slot; the batch gains a column on first use.
    [[nodiscard]] Value& writable_metadata(std::size_t index);

    /// Secrets of an event, such as the token it was received with: an object that no codec
    /// writes, or null when there are none.
    [[nodiscard]] const Value& secrets(std::size_t index) const {
        static constexpr Value none;
        return secrets_column_.empty() ? none : secrets_column_[index];
    }
    /// The event's own slot; the batch gains a column on first use.
    [[nodiscard]] Value& writable_secrets(std::size_t index);

    /// The request that the event came with; may be empty.
    [[nodiscard]] EnvelopeRef envelope(std::size_t index) const {
        if (envelopes_.empty())
            return {};
        return envelopes_[envelope_column_.empty() ? 0 : envelope_column_[index]];
    }
    [[nodiscard]] bool has_envelope() const { return !envelopes_.empty(); }
    /// All events of the batch came with this request.
    void set_envelope(EnvelopeRef envelope);
    /// Events pushed from now on came with this request.
    void begin_envelope(EnvelopeRef envelope);

    /// Keeps memory alive that values of this batch point into.
    void retain(SlabRef slab) { slabs_.push_back(std::move(slab)); }
    void retain(std::shared_ptr<const void> owner) { owners_.push_back(std::move(owner)); }
    void retain(const BatchRef& batch) { parents_.push_back(batch); }
    /// What it keeps alive by shared_ptr, itself or through batches: for those who go on with a
    /// copy of its values and stay within the same memory reservation.
    void add_owners_to(std::vector<std::shared_ptr<const void>>& owners) const;

    /// Id of the component and type of the source that made the events, for metrics and
    /// `source_type`. Views of process lifetime.
    std::string_view source_id;
    std::string_view source_type;

    /// Estimated JSON size of all events; computed on first call after a change.
    [[nodiscard]] std::size_t estimated_json_size() const;
    /// To be called after changing events in place.
    void invalidate_size() { estimated_size_.store(0, std::memory_order_relaxed); }

private:
    friend class BatchRef;
    explicit Batch(EventKind kind) : kind_(kind) {}
    friend class BatchPool;
    void add_columns();
    /// Empties the batch, keeping room for events, so that it can be used again.
    void recycle();

    std::atomic<std::uint32_t> references_{0};
    EventKind kind_;
    Arena arena_;
    std::vector<Value> roots_;
    std::vector<Metric*> metrics_;
    Value shared_metadata_;
    std::vector<Value> metadata_column_;
    std::vector<Value> secrets_column_;
    std::vector<EnvelopeRef> envelopes_;
    std::vector<std::uint32_t> envelope_column_;
    std::vector<SlabRef> slabs_;
    std::vector<BatchRef> parents_;
    std::vector<std::shared_ptr<const void>> owners_;
    mutable std::atomic<std::size_t> estimated_size_{0};
};

/// Events on their way through the graph: the batch and the share in its acknowledgement. Letting
/// go of it without `finish` counts as delivered (dropped by design).
struct Delivery {
    BatchRef batch;
    Acknowledgement acknowledgement;
};

}  // namespace engine
