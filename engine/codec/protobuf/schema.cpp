#include "engine/codec/protobuf/schema.hpp"

#include <absl/strings/match.h>
#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>

#include <algorithm>
#include <fstream>
#include <map>

namespace engine::protobuf {

namespace pb = google::protobuf;

namespace {

/// Keeps the first error, where the library would print it.
class FirstError : public pb::DescriptorPool::ErrorCollector {
public:
    void AddError(const std::string& file, const std::string& element, const pb::Message*,
                  ErrorLocation, const std::string& message) override {
        if (text.empty()) {
            text = fmt::format("{}: {}: {}", file, element, message);
        }
    }
    std::string text;
};

/// Files may stand before those that they import.
Result<void> add_files(const pb::FileDescriptorSet& set, pb::DescriptorPool& pool) {
    std::vector<const pb::FileDescriptorProto*> waiting;
    for (const auto& file : set.file()) {
        waiting.push_back(&file);
    }
    while (!waiting.empty()) {
        const auto is_ready = [&pool](const pb::FileDescriptorProto* file) {
            return std::ranges::all_of(file->dependency(), [&pool](const std::string& name) {
                return pool.FindFileByName(name) != nullptr;
            });
        };
        const auto next = std::ranges::find_if(waiting, is_ready);
        FirstError error;
        const auto* file = next == waiting.end() ? waiting.front() : *next;
        if (pool.BuildFileCollectingErrors(*file, &error) == nullptr) {
            return std::unexpected(Error{error.text});
        }
        waiting.erase(next);
    }
    return {};
}

}  // namespace

/// Copies what a message needs from the library's descriptors.
class SchemaBuilder {
public:
    explicit SchemaBuilder(Schema& schema) : schema_(schema) {}

    const MessageType* message(const pb::Descriptor& descriptor) {
        if (const auto found = messages_.find(&descriptor); found != messages_.end()) {
            return found->second;
        }
        MessageType& type = schema_.messages_.emplace_back();
        messages_[&descriptor] = &type;  // before its fields: types may contain themselves
        type.full_name = descriptor.full_name();
        type.fields.reserve(static_cast<std::size_t>(descriptor.field_count()));
        for (int i = 0; i < descriptor.field_count(); ++i) {
            type.fields.push_back(field(*descriptor.field(i)));
        }
        std::ranges::sort(type.fields, {}, &Field::number);
        return &type;
    }

private:
    Field field(const pb::FieldDescriptor& descriptor) {
        const auto* oneof = descriptor.real_containing_oneof();
        return {
            .name = descriptor.name(),
            .number = static_cast<std::uint32_t>(descriptor.number()),
            .type = static_cast<FieldType>(descriptor.type()),
            .is_repeated = descriptor.is_repeated(),
            .is_map = descriptor.is_map(),
            .is_packed = descriptor.is_packed(),
            .has_presence = descriptor.has_presence(),
            .oneof = oneof == nullptr ? -1 : oneof->index(),
            .message = descriptor.message_type() == nullptr ? nullptr
                                                            : message(*descriptor.message_type()),
            .enumeration =
                descriptor.enum_type() == nullptr ? nullptr : enumeration(*descriptor.enum_type())};
    }

    const EnumType* enumeration(const pb::EnumDescriptor& descriptor) {
        if (const auto found = enums_.find(&descriptor); found != enums_.end()) {
            return found->second;
        }
        EnumType& type = schema_.enums_.emplace_back();
        enums_[&descriptor] = &type;
        type.name = descriptor.name();
        type.full_name = descriptor.full_name();
        for (int i = 0; i < descriptor.value_count(); ++i) {
            type.entries.push_back({descriptor.value(i)->name(), descriptor.value(i)->number()});
        }
        return &type;
    }

    Schema& schema_;
    std::map<const pb::Descriptor*, const MessageType*> messages_;
    std::map<const pb::EnumDescriptor*, const EnumType*> enums_;
};

const EnumType::Entry* EnumType::find(std::int32_t number) const {
    const auto found = std::ranges::find(entries, number, &Entry::number);
    return found == entries.end() ? nullptr : &*found;
}

const EnumType::Entry* EnumType::find(std::string_view text) const {
    const auto found = std::ranges::find_if(entries, [text](const Entry& entry) {
        return absl::EqualsIgnoreCase(entry.name, {text.data(), text.size()});
    });
    return found == entries.end() ? nullptr : &*found;
}

WireType Field::wire_type() const {
    switch (type) {
        case FieldType::Double:
        case FieldType::Fixed64:
        case FieldType::SFixed64:
            return WireType::SixtyFourBit;
        case FieldType::Float:
        case FieldType::Fixed32:
        case FieldType::SFixed32:
            return WireType::ThirtyTwoBit;
        case FieldType::String:
        case FieldType::Bytes:
        case FieldType::Message:
            return WireType::LengthDelimited;
        case FieldType::Group:
            return WireType::StartGroup;
        default:
            return WireType::Varint;
    }
}

const Field* MessageType::find(std::uint64_t number) const {
    const auto found = std::ranges::lower_bound(fields, number, {}, &Field::number);
    return found != fields.end() && found->number == number ? &*found : nullptr;
}

Result<std::shared_ptr<const Schema>> Schema::load(const std::string& path,
                                                   const std::string& message) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        return std::unexpected(Error{fmt::format("Failed to open protobuf desc file '{}'", path)});
    }
    pb::FileDescriptorSet set;
    if (!set.ParseFromIstream(&file)) {
        return std::unexpected(Error{fmt::format("Failed to parse protobuf desc file '{}'", path)});
    }
    pb::DescriptorPool pool;
    ENGINE_TRY(add_files(set, pool));
    const pb::Descriptor* const descriptor = pool.FindMessageTypeByName(message);
    if (descriptor == nullptr) {
        return std::unexpected(
            Error{fmt::format("The message type '{}' could not be found in '{}'", message, path)});
    }
    auto schema = std::make_shared<Schema>();
    SchemaBuilder(*schema).message(*descriptor);
    return schema;
}

}  // namespace engine::protobuf
