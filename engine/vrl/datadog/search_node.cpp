#include "engine/vrl/datadog/search_node.hpp"

#include <algorithm>
#include <array>

#include "engine/vrl/display.hpp"

namespace engine::vrl::datadog {

namespace {

constexpr std::array<std::string_view, 6> reserved = {"host",    "source",   "status",
                                                      "service", "trace_id", "timestamp"};

std::vector<PathSegment> path_of(std::string_view dotted) {
    std::vector<PathSegment> path;
    for (;;) {
        const std::size_t dot = dotted.find('.');
        path.emplace_back(std::string(dotted.substr(0, dot)));
        if (dot == std::string_view::npos) {
            return path;
        }
        dotted.remove_prefix(dot + 1);
    }
}

/// A value as a query may write it; `buffer` holds what is not text already.
std::string_view text_of(const Value& value, std::string& buffer) {
    if (value.is_bytes()) {
        return value.as_bytes();
    }
    buffer = display(value);
    return buffer;
}

bool is_number(const Value& value) {
    return value.is_integer() || value.is_float();
}

template <typename Item>
int order(const Item& left, const Item& right) {
    return left < right ? -1 : left > right ? 1 : 0;
}

int compare(const Value& value, const SearchBound& bound) {
    if (const double* number = std::get_if<double>(&bound.value); number && is_number(value)) {
        return order(
            value.is_integer() ? static_cast<double>(value.as_integer()) : value.as_float(),
            *number);
    }
    const auto* text = std::get_if<std::string>(&bound.value);
    std::string buffer;
    return order(text_of(value, buffer), std::string_view(text ? *text : bound.text));
}

/// What the field's values are tested with.
bool test(const SearchNode& node, const Value& value) {
    std::string buffer;
    switch (node.kind) {
        case SearchNode::Kind::Exists:
            return true;
        case SearchNode::Kind::Equals:
            return text_of(value, buffer) == node.text;
        case SearchNode::Kind::Pattern:
            return node.pattern->matches(text_of(value, buffer));
        case SearchNode::Kind::Range: {
            if (!node.lower.is_open()) {
                const int side = compare(value, node.lower);
                if (side < 0 || (side == 0 && !node.lower.inclusive)) {
                    return false;
                }
            }
            if (node.upper.is_open()) {
                return true;
            }
            const int side = compare(value, node.upper);
            return side < 0 || (side == 0 && node.upper.inclusive);
        }
        default:
            return false;
    }
}

bool test_tag(const SearchNode& node, std::string_view tag) {
    const std::string_view prefix = node.field.prefix;
    if (node.field.kind == SearchField::Kind::Tags) {
        return test(node, Value::bytes(tag));
    }
    if (tag.starts_with(prefix)) {
        return test(node, Value::bytes(tag.substr(prefix.size())));
    }
    return node.kind == SearchNode::Kind::Exists && tag == prefix.substr(0, prefix.size() - 1);
}

bool test_field(const SearchNode& node, const Value& event) {
    const Value* value = get(event, node.field.path);
    if (value == nullptr) {
        return false;
    }
    switch (node.field.kind) {
        case SearchField::Kind::Attribute:
            return test(node, *value);
        case SearchField::Kind::Message:
            return (value->is_bytes() || node.kind == SearchNode::Kind::Exists) &&
                   test(node, *value);
        default:
            return value->is_array() &&
                   std::ranges::any_of(value->as_array().view(), [&](const Value& tag) {
                       return tag.is_bytes() && test_tag(node, tag.as_bytes());
                   });
    }
}

}  // namespace

SearchField SearchField::named(std::string_view name) {
    if (name == "message" || name == "_default_" || name == "*") {
        return {.kind = Kind::Message, .path = path_of("message"), .prefix = {}};
    }
    if (name.starts_with('@')) {
        return {.kind = Kind::Attribute, .path = path_of(name.substr(1)), .prefix = {}};
    }
    if (std::ranges::find(reserved, name) != reserved.end()) {
        return {.kind = Kind::Attribute, .path = path_of(name), .prefix = {}};
    }
    if (name == "tags") {
        return {.kind = Kind::Tags, .path = path_of(name), .prefix = {}};
    }
    return {.kind = Kind::Tag, .path = path_of("tags"), .prefix = std::string(name) + ':'};
}

bool SearchNode::matches(const Value& event) const {
    const auto child_matches = [&](const SearchNode& child) { return child.matches(event); };
    switch (kind) {
        case Kind::All:
            return true;
        case Kind::And:
            return std::ranges::all_of(children, child_matches);
        case Kind::Or:
            return std::ranges::any_of(children, child_matches);
        case Kind::Not:
            return !children.front().matches(event);
        default:
            return test_field(*this, event);
    }
}

}  // namespace engine::vrl::datadog
