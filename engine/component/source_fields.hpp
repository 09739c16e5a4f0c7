#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/component/context.hpp"
#include "engine/config/global_options.hpp"
#include "engine/event/batch.hpp"
#include "engine/event/path.hpp"

namespace engine::component {

/// A field that all events of a batch get: in the legacy namespace at `path` of the event, where it
/// is set, otherwise at `metadata`. Both are borrowed.
struct SourceField {
    const std::optional<Path>& path;
    const std::vector<PathSegment>& metadata;
    Value value;
};

/// What a source adds to the events that it makes. In the legacy namespace these are fields of the
/// event, where the event has none of that name yet; in Vector's namespace they go to the metadata
/// (`%vector`, `%<source type>`) and the event stays as it came. Immutable; any thread.
class SourceFields {
public:
    /// `log_namespace` of the source, or unset for the global one; `source_type` of process
    /// lifetime.
    SourceFields(const config::GlobalOptions& globals, std::optional<bool> log_namespace,
                 std::string_view source_type);

    [[nodiscard]] bool vector_namespace() const { return vector_namespace_; }
    [[nodiscard]] const std::optional<Path>& host_key() const { return host_key_; }

    /// Adds `source_type` and the time of receipt.
    void add_standard(Batch& batch, std::size_t index, Timestamp now) const;
    /// Adds a field at `path` of the event (not at all when unset), or `%<source type>.<name>`.
    void add(Batch& batch, std::size_t index, const std::optional<Path>& path,
             const std::vector<PathSegment>& name, Value value) const;

    /// Adds these fields and the standard ones to the events from `first` on. What depends on the
    /// shape of an event alone is found out once for each run of events of one shape.
    void add_to_all(Batch& batch, std::span<const SourceField> fields, Timestamp now,
                    std::size_t first = 0) const;

    /// For events of codecs that know nothing but a message: puts it where `log_schema.message_key`
    /// says. In Vector's namespace a message is the event itself, not a field of it.
    void place_messages(Batch& batch) const;

    /// The metadata path of `name`, for `add`.
    [[nodiscard]] std::vector<PathSegment> metadata_name(std::string_view name) const;

    /// An option's text as a path; unset when empty. The option table has checked its syntax.
    [[nodiscard]] static std::optional<Path> path_of(std::string_view text);

private:
    [[nodiscard]] bool adds_members_only(std::span<const SourceField> fields) const;

    bool vector_namespace_;
    std::string_view source_type_;
    /// Unset: the field `message`, where decoders put it.
    std::optional<Path> message_key_;
    std::optional<Path> timestamp_key_, source_type_key_, host_key_;
    std::vector<PathSegment> message_{std::string("message")};
    std::vector<PathSegment> ingest_timestamp_, vector_source_type_;
};

}  // namespace engine::component
