#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/component/source_fields.hpp"
#include "engine/event/batch.hpp"
#include "sources/file/options.hpp"

namespace engine::sources::file {

/// What events of the source look like. Immutable; any thread.
class LineFormat {
public:
    LineFormat(const Options& options, const config::GlobalOptions& globals);

private:
    friend class LineBatch;
    const component::SourceFields fields_;
    /// Unset: not added.
    std::optional<Path> message_key_, file_key_, host_key_, offset_key_;
    const std::vector<PathSegment> file_metadata_, host_metadata_, offset_metadata_;
    const std::string host_;
};

/// Makes one batch of lines of one file. The first event is put together field by field; the others
/// are copies of it with another message and offset: what they share is looked up once a batch.
class LineBatch {
public:
    LineBatch(const LineFormat& format, std::string_view path, Timestamp now);

    /// `message` is kept alive by the batch.
    void add(Value message, std::uint64_t offset) {
        if (pattern_ == nullptr) [[unlikely]] {
            add_by_fields(message, offset);
        } else {
            add_copy(message, offset);
        }
    }
    [[nodiscard]] Batch& batch() { return *batch_; }
    [[nodiscard]] BatchRef take() && { return std::move(batch_); }

private:
    void add_by_fields(Value message, std::uint64_t offset);
    void add_copy(Value message, std::uint64_t offset);
    void choose_pattern(std::uint64_t offset);

    const LineFormat& format_;
    BatchRef batch_;
    const Timestamp now_;
    const Value path_;
    const Value host_;
    const ObjectNode* pattern_ = nullptr;  // null: events are not made by copying
    std::uint32_t message_position_ = 0;
    std::uint32_t offset_position_ = 0;  // npos: there is none
};

}  // namespace engine::sources::file
