#include "engine/component/source_fields.hpp"

#include "engine/event/container.hpp"

namespace engine::component {

namespace {

void insert_missing(Value& root, const std::optional<Path>& path, Value value, Arena& arena) {
    // Scalars as roots (a decoded `3`) have no fields.
    if (path && root.is_object() && get(root, path->segments) == nullptr) {
        insert(root, path->segments, value, arena);
    }
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
