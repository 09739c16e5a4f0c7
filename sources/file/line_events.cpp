#include "sources/file/line_events.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>

#include "engine/event/container.hpp"
#include "engine/event/shape.hpp"

namespace engine::sources::file {

namespace {

constexpr std::string_view source_type = "file";

std::string host_name() {
    std::array<char, 256> name{};
    return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "localhost";
}

/// Position of the member that a path of one step names, or npos.
std::uint32_t position_of(const std::optional<Path>& path, const Shape& shape) {
    if (!path || path->segments.size() != 1 || path->segments[0].field() == nullptr) {
        return Shape::npos;
    }
    return shape.find(*path->segments[0].field());
}

}  // namespace

LineFormat::LineFormat(const Options& options, const config::GlobalOptions& globals)
    : fields_(globals, options.log_namespace, source_type),
      message_key_(component::SourceFields::path_of(globals.log_schema.message_key)),
      file_key_(component::SourceFields::path_of(options.file_key)),
      host_key_(options.host_key ? component::SourceFields::path_of(*options.host_key)
                                 : fields_.host_key()),
      offset_key_(component::SourceFields::path_of(options.offset_key.value_or(""))),
      file_metadata_(fields_.metadata_name("path")),
      host_metadata_(fields_.metadata_name("host")),
      offset_metadata_(fields_.metadata_name("offset")),
      host_(host_name()) {}

LineBatch::LineBatch(const LineFormat& format, std::string_view path, Timestamp now)
    : format_(format),
      batch_(Batch::make(EventKind::Log)),
      now_(now),
      path_(Value::copy_of(path, batch_->arena())),
      host_(Value::copy_of(format.host_, batch_->arena())) {}

void LineBatch::add_by_fields(Value message, std::uint64_t offset) {
    const component::SourceFields& fields = format_.fields_;
    Value root = Value::object(new_object(Shape::empty(), batch_->arena()));
    if (fields.vector_namespace()) {
        root = message;
    } else if (format_.message_key_) {
        insert(root, format_.message_key_->segments, message, batch_->arena());
    }
    const std::size_t index = batch_->size();
    batch_->push(root);
    const bool everywhere = fields.vector_namespace();
    if (everywhere || format_.file_key_) {
        fields.add(*batch_, index, format_.file_key_, format_.file_metadata_, path_);
    }
    if (everywhere || format_.host_key_) {
        fields.add(*batch_, index, format_.host_key_, format_.host_metadata_, host_);
    }
    if (everywhere || format_.offset_key_) {
        fields.add(*batch_, index, format_.offset_key_, format_.offset_metadata_,
                   Value::integer(static_cast<std::int64_t>(offset)));
    }
    fields.add_standard(*batch_, index, now_);
    if (!everywhere && index == 0) {
        choose_pattern(offset);
    }
}

/// Copying does for flat objects whose message and offset are members of their own.
void LineBatch::choose_pattern(std::uint64_t offset) {
    const Value& root = batch_->root(0);
    const ObjectNode& node = root.as_object();
    const std::span<const Value> values(node.values, node.size());
    if (std::ranges::any_of(values, [](const Value& v) { return v.is_object() || v.is_array(); })) {
        return;
    }
    message_position_ = position_of(format_.message_key_, *node.shape);
    offset_position_ = position_of(format_.offset_key_, *node.shape);
    if (message_position_ == Shape::npos ||
        (format_.offset_key_ && offset_position_ == Shape::npos)) {
        return;
    }
    // Another option may have taken the offset's field before it.
    if (offset_position_ != Shape::npos && !node.values[offset_position_].identical(
                                               Value::integer(static_cast<std::int64_t>(offset)))) {
        offset_position_ = Shape::npos;
    }
    pattern_ = &node;
}

void LineBatch::add_copy(Value message, std::uint64_t offset) {
    ObjectNode* node = new_object(pattern_->shape, batch_->arena());
    std::copy_n(pattern_->values, pattern_->size(), node->values);
    node->values[message_position_] = message;
    if (offset_position_ != Shape::npos) {
        node->values[offset_position_] = Value::integer(static_cast<std::int64_t>(offset));
    }
    batch_->push(Value::object(node));
}

}  // namespace engine::sources::file
