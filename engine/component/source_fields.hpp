#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/component/context.hpp"
#include "engine/config/global_options.hpp"
#include "engine/event/batch.hpp"
#include "engine/event/path.hpp"

namespace engine::component {

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

    /// For events of codecs that know nothing but a message: puts it where `log_schema.message_key`
    /// says. In Vector's namespace a message is the event itself, not a field of it.
    void place_messages(Batch& batch) const;

    /// The metadata path of `name`, for `add`.
    [[nodiscard]] std::vector<PathSegment> metadata_name(std::string_view name) const;

    /// An option's text as a path; unset when empty. The option table has checked its syntax.
    [[nodiscard]] static std::optional<Path> path_of(std::string_view text);

private:
    bool vector_namespace_;
    std::string_view source_type_;
    /// Unset: the field `message`, where decoders put it.
    std::optional<Path> message_key_;
    std::optional<Path> timestamp_key_, source_type_key_, host_key_;
    std::vector<PathSegment> message_{std::string("message")};
    std::vector<PathSegment> ingest_timestamp_, vector_source_type_;
};

}  // namespace engine::component
