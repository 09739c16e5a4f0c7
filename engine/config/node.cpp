#include "engine/config/node.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "engine/config/option_type.hpp"
#include "engine/diagnostic/assert.hpp"

namespace engine::config {

Node Node::null(Location location) {
    Node node;
    node.location_ = location;
    return node;
}
Node Node::boolean(bool value, Location location) {
    Node node = null(location);
    node.kind_ = Kind::Boolean;
    node.boolean_ = value;
    return node;
}
Node Node::integer(std::int64_t value, Location location) {
    Node node = null(location);
    node.kind_ = Kind::Integer;
    node.integer_ = value;
    return node;
}
Node Node::floating(double value, Location location) {
    Node node = null(location);
    node.kind_ = Kind::Float;
    node.float_ = value;
    return node;
}
Node Node::string(std::string value, Location location) {
    Node node = null(location);
    node.kind_ = Kind::String;
    node.string_ = std::move(value);
    return node;
}
Node Node::datetime(std::string text, Location location) {
    Node node = string(std::move(text), location);
    node.kind_ = Kind::DateTime;
    return node;
}
Node Node::array(std::vector<Node> items, Location location) {
    Node node = null(location);
    node.kind_ = Kind::Array;
    node.items_ = std::move(items);
    return node;
}
Node Node::table(std::vector<Entry> entries, Location location) {
    Node node = null(location);
    node.kind_ = Kind::Table;
    node.entries_ = std::move(entries);
    return node;
}

namespace {
constexpr const char* kind_checked = "callers ask for the kind first";
}

bool Node::as_boolean() const {
    ENGINE_ASSERT(kind_ == Kind::Boolean, kind_checked);
    return boolean_;
}
std::int64_t Node::as_integer() const {
    ENGINE_ASSERT(kind_ == Kind::Integer, kind_checked);
    return integer_;
}
double Node::as_float() const {
    ENGINE_ASSERT(kind_ == Kind::Float, kind_checked);
    return float_;
}
const std::string& Node::as_string() const {
    ENGINE_ASSERT(kind_ == Kind::String || kind_ == Kind::DateTime, kind_checked);
    return string_;
}
const std::vector<Node>& Node::items() const {
    ENGINE_ASSERT(kind_ == Kind::Array, kind_checked);
    return items_;
}
const std::vector<Node::Entry>& Node::entries() const {
    ENGINE_ASSERT(kind_ == Kind::Table, kind_checked);
    return entries_;
}

const Node::Entry* Node::find(std::string_view key) const {
    const auto found = std::ranges::find(entries_, key, &Entry::key);
    return found == entries_.end() ? nullptr : &*found;
}

Node* Node::find_value(std::string_view key) {
    const auto found = std::ranges::find(entries_, key, &Entry::key);
    return found == entries_.end() ? nullptr : &found->value;
}

void Node::insert(Entry entry) {
    ENGINE_ASSERT(kind_ == Kind::Table, kind_checked);
    entries_.push_back(std::move(entry));
}

void Node::erase(std::string_view key) {
    std::erase_if(entries_, [key](const Entry& entry) { return entry.key == key; });
}

std::string Node::describe() const {
    switch (kind_) {
        case Kind::Null:
            return "null";
        case Kind::Boolean:
            return fmt::format("boolean `{}`", boolean_);
        case Kind::Integer:
            return fmt::format("integer `{}`", integer_);
        case Kind::Float:
            return fmt::format("floating point `{}`", option_type::show_number(float_));
        case Kind::String:
            return fmt::format("string {}", quote_json(string_));
        case Kind::DateTime:
            return fmt::format("date-time `{}`", string_);
        case Kind::Array:
            return "sequence";
        case Kind::Table:
            return "map";
    }
    return {};
}

Location Node::location_within(std::size_t begin, std::size_t end) const {
    return kind_ == Kind::String ? config::location_within(location_, string_, begin, end)
                                 : location_;
}

Location location_within(const Location& whole, std::string_view string, std::size_t begin,
                         std::size_t end) {
    if (whole.file == nullptr)
        return whole;
    const std::size_t start = whole.file->text(whole.span).find(string);
    if (string.empty() || start == std::string_view::npos)
        return whole;
    const auto at = [&](std::size_t offset) {
        return static_cast<std::uint32_t>(whole.span.begin + start +
                                          std::min(offset, string.size()));
    };
    return {whole.file, {at(begin), at(std::max(begin, end))}};
}

bool Node::equals(const Node& other) const {
    if (kind_ != other.kind_ || boolean_ != other.boolean_ || integer_ != other.integer_ ||
        float_ != other.float_ || string_ != other.string_ ||
        items_.size() != other.items_.size() || entries_.size() != other.entries_.size())
        return false;
    for (std::size_t i = 0; i < items_.size(); ++i)
        if (!items_[i].equals(other.items_[i]))
            return false;
    return std::ranges::all_of(entries_, [&](const Entry& entry) {
        const Entry* twin = other.find(entry.key);
        return twin != nullptr && twin->value.equals(entry.value);
    });
}

}  // namespace engine::config
