#include "engine/codec/yaml_parser.hpp"

#include <fmt/format.h>
#include <yaml.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <memory>
#include <vector>

#include "engine/codec/yaml_scalar.hpp"
#include "engine/event/container.hpp"

namespace engine {

namespace {

constexpr std::size_t deepest_level = 128;
constexpr std::string_view any_value = "any valid JSON value";

std::string_view text_of(const yaml_char_t* text) {
    return text == nullptr ? std::string_view() : reinterpret_cast<const char*>(text);
}

/// ` at line 1 column 1`; nothing for the very beginning, as the reference does.
std::string place(const yaml_mark_t& mark) {
    return mark.line == 0 && mark.column == 0
               ? std::string()
               : fmt::format(" at line {} column {}", mark.line + 1, mark.column + 1);
}

std::string decimal(const YamlInteger& integer) {
    std::string digits;
    YamlWide rest = integer.magnitude;
    do {
        digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(rest % 10)));
        rest /= 10;
    } while (rest != 0);
    return integer.is_negative ? "-" + digits : digits;
}

/// An event of libyaml, which it owns the texts of.
class Event {
public:
    Event() = default;
    ~Event() { yaml_event_delete(&event_); }
    Event(const Event&) = delete;
    Event& operator=(const Event&) = delete;

    yaml_event_t* get() { return &event_; }
    yaml_event_t* operator->() { return &event_; }
    const yaml_event_t* operator->() const { return &event_; }

private:
    yaml_event_t event_{};
};

/// A value with what bounds its use by aliases.
struct Node {
    Value value;
    /// Levels of containers in it.
    std::size_t height = 0;
    /// Aliases that reading it expands.
    std::size_t aliases = 0;
    /// Of scalars, for keys.
    std::string_view text = {};
    bool is_scalar = false;
};

struct Anchor {
    Node node;
    /// False while its contents are being read.
    bool is_complete = false;
};

/// One run over a text. A failure leaves `error_`.
class YamlParser {
public:
    YamlParser(std::string_view text, Arena& arena) : arena_(arena) {
        yaml_parser_initialize(&parser_);
        yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
        // Which must not be null.
        const char* const input = text.empty() ? "" : text.data();
        yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(input),
                                     text.size());
    }
    ~YamlParser() { yaml_parser_delete(&parser_); }
    YamlParser(const YamlParser&) = delete;
    YamlParser& operator=(const YamlParser&) = delete;

    std::expected<Value, std::string> parse() {
        Node node;
        return document(node) ? std::expected<Value, std::string>(node.value)
                              : std::unexpected(std::move(error_));
    }

private:
    bool document(Node& node) {
        Event start;
        if (!next(start)) {
            return false;
        }
        Event begin;  // of the document, or the end of an empty text
        if (!next(begin)) {
            return false;
        }
        if (begin->type == YAML_STREAM_END_EVENT) {
            return true;
        }
        Event first;
        Event end;
        Event last;
        if (!next(first) || !read(first, node, 0) || !next(end)) {
            return false;
        }
        if (yaml_parser_parse(&parser_, last.get()) == 0 || last->type != YAML_STREAM_END_EVENT) {
            error_ = "deserializing from YAML containing more than one document is not supported";
            return false;
        }
        return true;
    }

    bool next(Event& event) {
        ++events_;
        if (yaml_parser_parse(&parser_, event.get()) != 0) {
            return true;
        }
        error_ = parser_.problem == nullptr ? "out of memory" : parser_.problem;
        const yaml_mark_t& problem = parser_.problem_mark;
        const yaml_mark_t& context = parser_.context_mark;
        if (problem.line != 0 || problem.column != 0) {
            error_ += place(problem);
        } else if (parser_.problem_offset != 0) {
            error_ += fmt::format(" at position {}", parser_.problem_offset);
        }
        if (parser_.context != nullptr) {
            error_ += fmt::format(", {}", parser_.context);
            if (context.line != problem.line || context.column != problem.column) {
                error_ += place(context);
            }
        }
        return false;
    }

    bool fail(std::string_view message, const yaml_mark_t& mark) {
        error_ = fmt::format("{}{}{}", path_.empty() ? "" : path_ + ": ", message, place(mark));
        return false;
    }
    bool mismatch(std::string_view found, std::string_view expected, const yaml_mark_t& mark) {
        return fail(fmt::format("invalid type: {}, expected {}", found, expected), mark);
    }

    bool read(const Event& event, Node& node, std::size_t depth) {
        switch (event->type) {
            case YAML_ALIAS_EVENT:
                return alias(event, node, depth);
            case YAML_SCALAR_EVENT:
                return scalar(event, node) && remember(text_of(event->data.scalar.anchor), node);
            case YAML_SEQUENCE_START_EVENT:
            case YAML_MAPPING_START_EVENT:
                return container(event, node, depth);
            default:
                return fail("unexpected end of document", event->start_mark);
        }
    }

    bool remember(std::string_view anchor, const Node& node) {
        if (!anchor.empty()) {
            anchors_[std::string(anchor)] = {node, true};
        }
        return true;
    }

    /// The value is shared, yet counts as if it was read again.
    bool alias(const Event& event, Node& node, std::size_t depth) {
        const auto found = anchors_.find(text_of(event->data.alias.anchor));
        if (found == anchors_.end()) {
            return fail("unknown anchor", event->start_mark);
        }
        if (!found->second.is_complete || depth + found->second.node.height > deepest_level) {
            return fail("recursion limit exceeded", event->start_mark);
        }
        node = found->second.node;
        node.aliases += 1;
        aliases_ += node.aliases;
        if (aliases_ > events_ * 100) {
            return fail("repetition limit exceeded", event->start_mark);
        }
        freeze(node.value, arena_);
        return true;
    }

    bool scalar(const Event& event, Node& node) {
        const auto& scalar = event->data.scalar;
        const std::string_view tag = text_of(scalar.tag);
        node.text = arena_.copy({reinterpret_cast<const char*>(scalar.value), scalar.length});
        node.is_scalar = true;
        if (tag.size() > 1 && tag.starts_with('!')) {
            return mismatch("enum", any_value, event->start_mark);
        }
        const bool is_plain = scalar.style == YAML_PLAIN_SCALAR_STYLE;
        if (tag.empty() ? !is_plain : tag == "!" || tag == YAML_STR_TAG) {
            node.value = Value::bytes(node.text);
            return true;
        }
        const YamlScalar meaning = resolve_plain_scalar(node.text);
        if (!tag.empty() && !agrees(tag, meaning)) {
            return wrong_tag(tag, event, node);
        }
        return resolve(meaning, event, node);
    }

    static bool agrees(std::string_view tag, const YamlScalar& meaning) {
        return (tag == YAML_NULL_TAG && std::holds_alternative<std::monostate>(meaning)) ||
               (tag == YAML_BOOL_TAG && std::holds_alternative<bool>(meaning)) ||
               (tag == YAML_INT_TAG && std::holds_alternative<YamlInteger>(meaning)) ||
               (tag == YAML_FLOAT_TAG && std::holds_alternative<double>(meaning));
    }

    /// Tags that the schema does not know mean text.
    bool wrong_tag(std::string_view tag, const Event& event, Node& node) {
        const std::string_view expected = tag == YAML_NULL_TAG    ? "null"
                                          : tag == YAML_BOOL_TAG  ? "a boolean"
                                          : tag == YAML_INT_TAG   ? "an integer"
                                          : tag == YAML_FLOAT_TAG ? "a float"
                                                                  : "";
        node.value = Value::bytes(node.text);
        return expected.empty() ||
               fail(fmt::format("invalid value: string \"{}\", expected {}", node.text, expected),
                    event->start_mark);
    }

    bool resolve(const YamlScalar& meaning, const Event& event, Node& node) {
        if (const auto* text = std::get_if<std::string_view>(&meaning)) {
            node.value = Value::bytes(*text);
        } else if (const auto* boolean = std::get_if<bool>(&meaning)) {
            node.value = Value::boolean(*boolean);
        } else if (const auto* integer = std::get_if<YamlInteger>(&meaning)) {
            return whole(*integer, event, node);
        } else if (const auto* number = std::get_if<double>(&meaning)) {
            if (std::isnan(*number)) {
                return fail(
                    fmt::format("invalid value: floating point `NaN`, expected {}", any_value),
                    event->start_mark);
            }
            node.value = Value::floating(*number);
        }
        return true;
    }

    /// Up to 64 bits; those above the signed ones become floats.
    bool whole(const YamlInteger& integer, const Event& event, Node& node) {
        constexpr auto positive_limit = std::numeric_limits<std::int64_t>::max();
        const YamlWide limit = YamlWide{positive_limit} + (integer.is_negative ? 1 : 0);
        if (integer.magnitude <= limit) {
            const auto bits = static_cast<std::uint64_t>(integer.magnitude);
            node.value =
                Value::integer(static_cast<std::int64_t>(integer.is_negative ? 0 - bits : bits));
            return true;
        }
        if (integer.is_negative || integer.magnitude > std::numeric_limits<std::uint64_t>::max()) {
            return mismatch(fmt::format("integer `{}` as {}", decimal(integer),
                                        integer.is_negative ? "i128" : "u128"),
                            any_value, event->start_mark);
        }
        node.value =
            Value::floating(static_cast<double>(static_cast<std::uint64_t>(integer.magnitude)));
        return true;
    }

    bool container(const Event& event, Node& node, std::size_t depth) {
        const bool is_mapping = event->type == YAML_MAPPING_START_EVENT;
        const std::string_view tag =
            text_of(is_mapping ? event->data.mapping_start.tag : event->data.sequence_start.tag);
        const std::string_view anchor = text_of(is_mapping ? event->data.mapping_start.anchor
                                                           : event->data.sequence_start.anchor);
        if (tag.size() > 1 && tag.starts_with('!')) {
            return mismatch("enum", any_value, event->start_mark);
        }
        if (depth >= deepest_level) {
            return fail("recursion limit exceeded", event->start_mark);
        }
        if (!anchor.empty()) {
            anchors_[std::string(anchor)].is_complete = false;
        }
        const bool is_read = is_mapping ? mapping(node, depth + 1) : sequence(node, depth + 1);
        node.height += 1;
        return is_read && remember(anchor, node);
    }

    static void include(Node& node, const Node& child) {
        node.height = std::max(node.height, child.height);
        node.aliases += child.aliases;
    }

    bool sequence(Node& node, std::size_t depth) {
        std::vector<Value> items;
        const std::size_t path = path_.size();
        while (true) {
            Event event;
            if (!next(event)) {
                return false;
            }
            if (event->type == YAML_SEQUENCE_END_EVENT) {
                node.value = array_of(items, arena_);
                return true;
            }
            path_ += fmt::format("{}[{}]", path == 0 ? "." : "", items.size());
            Node child;
            if (!read(event, child, depth)) {
                return false;
            }
            include(node, child);
            items.push_back(child.value);
            path_.resize(path);
        }
    }

    bool mapping(Node& node, std::size_t depth) {
        std::vector<Member> members;
        const std::size_t path = path_.size();
        while (true) {
            Event event;
            if (!next(event)) {
                return false;
            }
            if (event->type == YAML_MAPPING_END_EVENT) {
                node.value = object_of(members, arena_);
                return true;
            }
            std::string_view name;
            Event value;
            Node child;
            if (!key(event, name, depth) || !next(value)) {
                return false;
            }
            path_ += fmt::format("{}{}", path == 0 ? "" : ".", name);
            if (!read(value, child, depth)) {
                return false;
            }
            include(node, child);
            members.push_back({name, child.value});
            path_.resize(path);
        }
    }

    bool key(const Event& event, std::string_view& name, std::size_t depth) {
        if (event->type == YAML_SCALAR_EVENT) {
            const auto& scalar = event->data.scalar;
            name = arena_.copy({reinterpret_cast<const char*>(scalar.value), scalar.length});
            Node node{.value = Value::bytes(name), .text = name, .is_scalar = true};
            return remember(text_of(scalar.anchor), node);
        }
        Node node;
        if (event->type == YAML_ALIAS_EVENT) {
            if (!alias(event, node, depth)) {
                return false;
            }
            name = node.text;
        }
        return node.is_scalar ||
               mismatch(event->type == YAML_MAPPING_START_EVENT || node.value.is_object()
                            ? "map"
                            : "sequence",
                        "a string", event->start_mark);
    }

    yaml_parser_t parser_{};
    Arena& arena_;
    std::map<std::string, Anchor, std::less<>> anchors_;
    std::string path_;
    std::size_t events_ = 0;
    std::size_t aliases_ = 0;
    std::string error_;
};

}  // namespace

std::expected<Value, std::string> parse_yaml(std::string_view text, Arena& arena) {
    return YamlParser(text, arena).parse();
}

}  // namespace engine
