#include "engine/component/source_fields.hpp"

#include <absl/container/inlined_vector.h>

#include <algorithm>

#include "engine/event/container.hpp"

namespace engine::component {

namespace {

void insert_missing(Value& root, const std::optional<Path>& path, Value value, Arena& arena) {
    // Scalars as roots (a decoded `3`) have no fields.
    if (path && root.is_object() && get(root, path->segments) == nullptr) {
        insert(root, path->segments, value, arena);
    }
}

/// What adding members to an object of one shape has led to, to be repeated for the objects of that
/// shape that follow: an allocation and a copy, where insertion looks up and moves members for each
/// field.
class MemberPattern {
public:
    /// `after` is what became of an object of shape `before`.
    void learn(const Shape& before, const ObjectNode& after, const Arena& arena) {
        from_ = nullptr;
        if (!before.interned() || !after.shape->interned()) {
            return;
        }
        positions_.clear();
        for (const std::string_view key : before.keys()) {
            positions_.push_back(after.shape->find(key));
        }
        row_.assign(after.values, after.values + after.size());
        std::size_t next = 0;  // both ascend
        for (std::uint32_t i = 0; i < after.size(); ++i) {
            if (next < positions_.size() && positions_[next] == i) {
                ++next;
            } else {
                freeze(row_[i], arena);
            }
        }
        from_ = &before;
        to_ = after.shape;
    }

    /// Whether the object was of the known shape and now has the members.
    [[nodiscard]] bool apply(Value& root, Arena& arena) const {
        if (from_ == nullptr || !root.is_object()) {
            return false;
        }
        const ObjectNode& before = *root.object_node();
        // A node of another owner may be shared: what it holds would have to be frozen first.
        if (before.shape != from_ || before.owner != &arena) {
            return false;
        }
        ObjectNode* after = new_object(to_, arena);
        std::ranges::copy(row_, after->values);
        for (std::size_t i = 0; i < positions_.size(); ++i) {
            after->values[positions_[i]] = before.values[i];
        }
        root = Value::object(after);
        return true;
    }

private:
    const Shape* from_ = nullptr;  // null: nothing is known
    const Shape* to_ = nullptr;
    absl::InlinedVector<std::uint32_t, 16> positions_;  // of the old members
    absl::InlinedVector<Value, 16> row_;                // with the new members' values
};

bool is_member(const std::optional<Path>& path) {
    return !path || (path->segments.size() == 1 && path->segments[0].field() != nullptr);
}

}  // namespace

SourceFields::SourceFields(const config::GlobalOptions& globals, std::optional<bool> log_namespace,
                           std::string_view source_type)
    : vector_namespace_(log_namespace.value_or(globals.schema.log_namespace.value_or(false))),
      source_type_(source_type),
      message_key_(path_of(globals.log_schema.message_key)),
      timestamp_key_(path_of(globals.log_schema.timestamp_key)),
      source_type_key_(path_of(globals.log_schema.source_type_key)),
      host_key_(path_of(globals.log_schema.host_key)),
      ingest_timestamp_{std::string("vector"), std::string("ingest_timestamp")},
      vector_source_type_{std::string("vector"), std::string("source_type")} {
    if (message_key_ && message_key_->segments == message_) {
        message_key_.reset();
    }
}

std::optional<Path> SourceFields::path_of(std::string_view text) {
    if (text.empty()) {
        return std::nullopt;
    }
    Result<Path> path = Path::parse(text);
    return path ? std::optional(std::move(*path)) : std::nullopt;
}

void SourceFields::add_standard(Batch& batch, std::size_t index, Timestamp now) const {
    Arena& arena = batch.arena();
    if (vector_namespace_) {
        Value& metadata = batch.writable_metadata(index);
        insert(metadata, vector_source_type_, Value::bytes(source_type_), arena);
        insert(metadata, ingest_timestamp_, Value::timestamp(now), arena);
        return;
    }
    Value& root = batch.root(index);
    insert_missing(root, source_type_key_, Value::bytes(source_type_), arena);
    insert_missing(root, timestamp_key_, Value::timestamp(now), arena);
}

void SourceFields::add(Batch& batch, std::size_t index, const std::optional<Path>& path,
                       const std::vector<PathSegment>& name, Value value) const {
    if (vector_namespace_) {
        insert(batch.writable_metadata(index), name, value, batch.arena());
    } else {
        insert_missing(batch.root(index), path, value, batch.arena());
    }
}

bool SourceFields::adds_members_only(std::span<const SourceField> fields) const {
    return !vector_namespace_ && is_member(source_type_key_) && is_member(timestamp_key_) &&
           std::ranges::all_of(fields, [](const SourceField& f) { return is_member(f.path); });
}

void SourceFields::add_to_all(Batch& batch, std::span<const SourceField> fields, Timestamp now,
                              std::size_t first) const {
    const bool learns = adds_members_only(fields);
    MemberPattern pattern;
    for (std::size_t i = first; i < batch.size(); ++i) {
        Value& root = batch.root(i);
        if (pattern.apply(root, batch.arena())) [[likely]] {
            continue;
        }
        const Shape* before = learns && root.is_object() ? root.as_object().shape : nullptr;
        for (const SourceField& field : fields) {
            add(batch, i, field.path, field.metadata, field.value);
        }
        add_standard(batch, i, now);
        if (before != nullptr) {
            pattern.learn(*before, batch.root(i).as_object(), batch.arena());
        }
    }
    batch.invalidate_size();
}

void SourceFields::place_messages(Batch& batch) const {
    if (!vector_namespace_ && !message_key_) {
        return;
    }
    for (std::size_t i = 0; i < batch.size(); ++i) {
        Value& root = batch.root(i);
        const Value* found = root.is_object() ? root.as_object().find("message") : nullptr;
        if (found == nullptr) {
            continue;
        }
        const Value message = *found;
        if (vector_namespace_) {
            root = message;
        } else {
            (void)remove(root, message_, false, batch.arena());
            insert(root, message_key_->segments, message, batch.arena());
        }
    }
}

std::vector<PathSegment> SourceFields::metadata_name(std::string_view name) const {
    std::vector<PathSegment> segments{std::string(source_type_)};
    segments.emplace_back(std::string(name));
    return segments;
}

}  // namespace engine::component
