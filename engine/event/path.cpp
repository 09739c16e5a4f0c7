#include "engine/event/path.hpp"

#include <fmt/format.h>
#include <algorithm>

#include <cctype>
#include <charconv>
#include <span>

#include "engine/event/container.hpp"

namespace engine {

namespace {

using Segments = std::span<const PathSegment>;

bool is_field_character(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '@' || c == '-';
}

/// Recursive descent over one path text.
class PathParser {
public:
    explicit PathParser(std::string_view text) : text_(text) {}

    Result<Path> parse() {
        Path path;
        if (at('%')) {
            path.target = PathTarget::Metadata;
            ++position_;
        } else if (at('.')) {
            ++position_;
        }
        if (position_ == text_.size()) {
            return text_.empty() ? fail("an empty path") : Result<Path>(std::move(path));
        }
        bool need_separator = false;
        while (position_ < text_.size()) {
            if (at('[')) {
                path.segments.emplace_back(ENGINE_TRY(index()));
            } else {
                if (need_separator && !consume('.')) {
                    return fail("expected `.` or `[`");
                }
                path.segments.emplace_back(ENGINE_TRY(field()));
            }
            need_separator = true;
        }
        return path;
    }

private:
    [[nodiscard]] bool at(char c) const {
        return position_ < text_.size() && text_[position_] == c;
    }
    bool consume(char c) { return at(c) && (++position_, true); }
    [[nodiscard]] std::unexpected<Error> fail(std::string_view why) const {
        return failure(fmt::format("invalid path `{}`: {} at position {}", text_, why, position_));
    }

    Result<std::int64_t> index() {
        ++position_;
        std::int64_t value = 0;
        const char* begin = text_.data() + position_;
        const auto [end, error] = std::from_chars(begin, text_.data() + text_.size(), value);
        if (error != std::errc{}) {
            return fail("expected an integer index");
        }
        position_ += static_cast<std::size_t>(end - begin);
        if (!consume(']')) {
            return fail("expected `]`");
        }
        return value;
    }

    Result<std::string> field() {
        if (consume('"')) {
            return quoted();
        }
        const std::size_t begin = position_;
        while (position_ < text_.size() && is_field_character(text_[position_])) {
            ++position_;
        }
        if (position_ == begin) {
            return fail("expected a field name");
        }
        return std::string(text_.substr(begin, position_ - begin));
    }

    Result<std::string> quoted() {
        std::string name;
        while (position_ < text_.size() && !at('"')) {
            if (consume('\\') && position_ == text_.size()) {
                break;
            }
            name += text_[position_++];
        }
        if (!consume('"')) {
            return fail("expected a closing quote");
        }
        return name;
    }

    std::string_view text_;
    std::size_t position_ = 0;
};

std::optional<std::size_t> resolve_index(const ArrayNode& array, std::int64_t index) {
    const std::int64_t resolved = index < 0 ? index + array.size : index;
    if (resolved < 0 || resolved >= std::int64_t{array.size}) {
        return std::nullopt;
    }
    return static_cast<std::size_t>(resolved);
}

const Value* step_into(const Value& value, const PathSegment& segment) {
    if (const std::string* field = segment.field()) {
        if (!value.is_object()) {
            return nullptr;
        }
        const ObjectNode& object = value.as_object();
        const std::uint32_t position = segment.position.find(*object.shape, *field);
        return position == Shape::npos ? nullptr : object.values + position;
    }
    if (!value.is_array()) {
        return nullptr;
    }
    const auto index = resolve_index(value.as_array(), segment.index());
    return index ? value.as_array().items + *index : nullptr;
}

/// The slot of an item that exists or is made, padding with nulls.
Value& item_slot(Value& slot, std::int64_t index, Arena& arena) {
    if (!slot.is_array()) {
        slot = Value::array(new_array(4, arena));
    }
    ArrayNode& array = writable_array(slot, arena);
    if (const std::uint32_t before = array.size; index < 0 && -index > std::int64_t{before}) {
        while (-index > std::int64_t{array.size}) {
            push_item(array, Value::null(), arena);
        }
        std::rotate(array.items, array.items + before, array.items + array.size);
    }
    while (index >= std::int64_t{array.size}) {
        push_item(array, Value::null(), arena);
    }
    return array.items[index < 0 ? index + array.size : index];
}

Value& member_slot(Value& slot, const PathSegment& segment, Arena& arena) {
    if (!slot.is_object()) {
        slot = Value::object(new_object(Shape::empty(), arena));
    }
    ObjectNode& object = writable_object(slot, arena);
    const std::uint32_t position = segment.position.find(*object.shape, *segment.field());
    return position != Shape::npos ? object.values[position]
                                   : insert_member(object, *segment.field(), arena);
}

bool is_empty_container(const Value& value) {
    return (value.is_object() && value.as_object().size() == 0) ||
           (value.is_array() && value.as_array().size == 0);
}

void remove_child(Value& parent, const PathSegment& segment, Arena& arena) {
    if (const std::string* field = segment.field()) {
        remove_member(writable_object(parent, arena), *field, arena);
    } else {
        ArrayNode& array = writable_array(parent, arena);
        remove_item(array, *resolve_index(array, segment.index()));
    }
}

Value remove_below(Value& root, Segments segments, bool prune, Arena& arena) {
    // The caller has checked that the whole path exists.
    if (segments.size() == 1) {
        const Value removed = *step_into(root, segments.front());
        remove_child(root, segments.front(), arena);
        return removed;
    }
    Value& child = segments.front().field() != nullptr
                       ? member_slot(root, segments.front(), arena)
                       : item_slot(root, segments.front().index(), arena);
    const Value removed = remove_below(child, segments.subspan(1), prune, arena);
    if (prune && is_empty_container(child)) {
        remove_child(root, segments.front(), arena);
    }
    return removed;
}

}  // namespace

Result<Path> Path::parse(std::string_view text) {
    return PathParser(text).parse();
}

std::string Path::to_string() const {
    std::string text = target == PathTarget::Metadata ? "%" : ".";
    bool first = true;
    for (const PathSegment& segment : segments) {
        if (const std::string* field = segment.field()) {
            if (!first) {
                text += '.';
            }
            bool plain = !field->empty();
            for (const char c : *field) {
                plain = plain &&
                        (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '@');
            }
            if (plain) {
                text += *field;
            } else {
                text += '"';
                for (const char c : *field) {
                    if (c == '"' || c == '\\') {
                        text += '\\';
                    }
                    text += c;
                }
                text += '"';
            }
        } else {
            text += fmt::format("[{}]", segment.index());
        }
        first = false;
    }
    return text;
}

const Value* get(const Value& root, const std::vector<PathSegment>& segments) {
    const Value* value = &root;
    for (const PathSegment& segment : segments) {
        value = step_into(*value, segment);
        if (value == nullptr) {
            return nullptr;
        }
    }
    return value;
}

void insert(Value& root, const std::vector<PathSegment>& segments, Value value, Arena& arena) {
    Value* slot = &root;
    for (const PathSegment& segment : segments) {
        slot = segment.field() != nullptr ? &member_slot(*slot, segment, arena)
                                          : &item_slot(*slot, segment.index(), arena);
    }
    *slot = value;
}

std::optional<Value> remove(Value& root, const std::vector<PathSegment>& segments, bool prune,
                            Arena& arena) {
    if (segments.empty()) {
        const Value removed = root;
        root = removed.is_array() ? Value::array(new_array(0, arena))
                                  : Value::object(new_object(Shape::empty(), arena));
        return removed;
    }
    if (get(root, segments) == nullptr) {
        return std::nullopt;
    }
    return remove_below(root, segments, prune, arena);
}

}  // namespace engine
