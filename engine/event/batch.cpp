#include "engine/event/batch.hpp"

#include <algorithm>

namespace engine {

namespace {

template <typename T>
void keep_positions(std::vector<T>& column, std::span<const std::uint32_t> positions) {
    if (column.empty()) {
        return;
    }
    std::size_t next = 0;
    for (const std::uint32_t position : positions) {
        column[next++] = std::move(column[position]);
    }
    column.resize(positions.size());
}

std::size_t estimated_metric_size(const Metric& metric) {
    std::size_t size = 64 + metric.name.size() + metric.name_space.size();
    for (const MetricTag& tag : metric.tags) {
        size += tag.key.size() + 4;
        for (const Value& value : tag.values) {
            size += engine::estimated_json_size(value);
        }
    }
    return size;
}

}  // namespace

/// Batches that one thread has let go of, kept with their columns' memory: a request of one event
/// then costs no allocation. Bounded.
class BatchPool {
public:
    ~BatchPool() {
        for (std::size_t i = 0; i < count_; ++i) {
            delete batches_[i];
        }
        closed() = true;
    }

    static Batch* take(EventKind kind) {
        BatchPool* pool = local();
        if (pool == nullptr || pool->count_ == 0) {
            return new Batch(kind);
        }
        Batch* batch = pool->batches_[--pool->count_];
        batch->kind_ = kind;
        return batch;
    }

    static void give(Batch* batch) {
        batch->recycle();
        BatchPool* pool = local();
        if (pool == nullptr || pool->count_ == maximum_batches) {
            delete batch;
            return;
        }
        pool->batches_[pool->count_++] = batch;
    }

private:
    static constexpr std::size_t maximum_batches = 64;

    // A batch may be let go of by a destructor of another thread-local object, after the pool.
    static bool& closed() {
        thread_local bool value = false;
        return value;
    }
    static BatchPool* local() {
        if (closed()) {
            return nullptr;
        }
        thread_local BatchPool pool;
        return &pool;
    }

    Batch* batches_[maximum_batches] = {};
    std::size_t count_ = 0;
};

BatchRef::BatchRef(Batch* batch) : batch_(batch) {
    if (batch_ != nullptr) {
        batch_->references_.fetch_add(1, std::memory_order_relaxed);
    }
}

BatchRef::BatchRef(const BatchRef& other) : BatchRef(other.batch_) {}

BatchRef::~BatchRef() {
    if (batch_ != nullptr && batch_->references_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
        BatchPool::give(batch_);
    }
}

BatchRef Batch::make(EventKind kind) {
    return BatchRef(BatchPool::take(kind));
}

BatchRef Batch::derive(const BatchRef& parent) {
    BatchRef child = make(parent->kind());
    child->source_id = parent->source_id;
    child->source_type = parent->source_type;
    child->shared_metadata_ = parent->shared_metadata_;
    child->envelopes_ = parent->envelopes_;
    child->parents_.push_back(parent);
    return child;
}

BatchRef Batch::fork(const BatchRef& parent) {
    BatchRef child = derive(parent);
    child->roots_ = parent->roots_;
    child->metadata_column_ = parent->metadata_column_;
    child->secrets_column_ = parent->secrets_column_;
    child->envelope_column_ = parent->envelope_column_;
    child->estimated_size_.store(parent->estimated_size_.load(std::memory_order_relaxed),
                                 std::memory_order_relaxed);
    child->metrics_.reserve(parent->metrics_.size());
    for (const Metric* metric : parent->metrics_) {
        child->metrics_.push_back(child->arena_.create<Metric>(*metric));
    }
    return child;
}

BatchRef Batch::select(BatchRef batch, std::span<const std::uint32_t> positions) {
    if (batch->unique()) {
        batch->keep(positions);
        return batch;
    }
    BatchRef chosen = derive(batch);
    chosen->reserve(positions.size());
    for (const std::uint32_t position : positions) {
        chosen->push_from(*batch, position);
    }
    return chosen;
}

void Batch::recycle() {
    constexpr std::size_t kept_capacity = 1024;
    const auto empty = [](auto& column) {
        column.clear();
        if (column.capacity() > kept_capacity) {
            column.shrink_to_fit();
        }
    };
    empty(roots_);
    empty(metrics_);
    empty(metadata_column_);
    empty(secrets_column_);
    empty(envelopes_);
    empty(envelope_column_);
    // Values first: they point into what these keep alive.
    arena_.clear();
    empty(slabs_);
    empty(parents_);
    empty(owners_);
    shared_metadata_ = Value::null();
    source_id = {};
    source_type = {};
    invalidate_size();
}

void Batch::reserve(std::size_t events) {
    if (kind_ == EventKind::Metric) {
        metrics_.reserve(events);
    } else {
        roots_.reserve(events);
    }
}

void Batch::add_columns() {
    if (!metadata_column_.empty()) {
        metadata_column_.push_back(shared_metadata_);
    }
    if (!secrets_column_.empty()) {
        secrets_column_.push_back(Value::null());
    }
    if (!envelope_column_.empty()) {
        envelope_column_.push_back(static_cast<std::uint32_t>(envelopes_.size() - 1));
    }
}

void Batch::push_from(const Batch& other, std::size_t index) {
    if (kind_ == EventKind::Metric) {
        push(arena_.create<Metric>(other.metric(index)));
    } else {
        push(other.root(index));
    }
    if (!other.metadata_column_.empty()) {
        writable_metadata(size() - 1) = other.metadata_column_[index];
    }
    if (!other.secrets_column_.empty()) {
        writable_secrets(size() - 1) = other.secrets_column_[index];
    }
    if (!other.envelope_column_.empty()) {
        envelope_column_.resize(size(), 0);
        envelope_column_.back() = other.envelope_column_[index];
    }
}

void Batch::keep(std::span<const std::uint32_t> positions) {
    keep_positions(roots_, positions);
    keep_positions(metrics_, positions);
    keep_positions(metadata_column_, positions);
    keep_positions(secrets_column_, positions);
    keep_positions(envelope_column_, positions);
    // Without events there is no column that says which request is meant: the last one begun.
    if (positions.empty() && envelopes_.size() > 1) {
        envelopes_.erase(envelopes_.begin(), envelopes_.end() - 1);
    }
    invalidate_size();
}

Value& Batch::writable_metadata(std::size_t index) {
    if (metadata_column_.empty()) {
        // Every event now has the shared metadata as its own: one node, several parents.
        if (shared_metadata_.is_object()) {
            shared_metadata_.object_node()->owner = nullptr;
        }
        metadata_column_.assign(size(), shared_metadata_);
    }
    return metadata_column_[index];
}

Value& Batch::writable_secrets(std::size_t index) {
    if (secrets_column_.empty()) {
        secrets_column_.assign(size(), Value::null());
    }
    return secrets_column_[index];
}

void Batch::set_envelope(EnvelopeRef envelope) {
    envelopes_.assign(1, std::move(envelope));
    envelope_column_.clear();
}

void Batch::begin_envelope(EnvelopeRef envelope) {
    if (empty()) {
        set_envelope(std::move(envelope));
        return;
    }
    envelopes_.push_back(std::move(envelope));
    if (envelopes_.size() > 1 && envelope_column_.empty()) {
        envelope_column_.assign(size(), 0);
    }
}

void Batch::add_owners_to(std::vector<std::shared_ptr<const void>>& owners) const {
    owners.insert(owners.end(), owners_.begin(), owners_.end());
    for (const BatchRef& parent : parents_) {
        parent->add_owners_to(owners);
    }
}

std::size_t Batch::estimated_json_size() const {
    std::size_t size = estimated_size_.load(std::memory_order_relaxed);
    if (size == 0) {
        for (const Value& root : roots_) {
            size += engine::estimated_json_size(root);
        }
        for (const Metric* metric : metrics_) {
            size += estimated_metric_size(*metric);
        }
        estimated_size_.store(size, std::memory_order_relaxed);
    }
    return size;
}

}  // namespace engine
