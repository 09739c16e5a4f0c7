#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <sstream>

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include "engine/config/document_syntax.hpp"

namespace engine::config::syntax {
namespace {

/// Ends a read whose problem has been reported; stays inside this file.
struct Refused {};

class YamlReader {
public:
    YamlReader(const Text& text, Problems& problems) : text_(text), problems_(problems) {}

    Node read(const YAML::Node& node, int depth = 0) {
        const Location where = location(node);
        if (depth > max_depth)
            refuse(where, "the document is nested too deeply");
        if (++nodes_ > max_nodes)
            refuse(where, "the document has too many values");
        switch (node.Type()) {
            case YAML::NodeType::Map:
                return read_map(node, where, depth);
            case YAML::NodeType::Sequence: {
                std::vector<Node> items;
                for (const auto& item : node)
                    items.push_back(read(item, depth + 1));
                return Node::array(std::move(items), where);
            }
            case YAML::NodeType::Scalar:
                return read_scalar(node, where);
            default:
                return Node::null(where);
        }
    }

private:
    [[noreturn]] void refuse(const Location& where, std::string message) {
        problems_.error(where, std::move(message));
        throw Refused();
    }

    Node read_map(const YAML::Node& node, Location where, int depth) {
        Node table = Node::table({}, where);
        std::vector<YAML::Node> merged;
        for (const auto& pair : node) {
            const Location key_location = location(pair.first);
            if (!pair.first.IsScalar())
                refuse(key_location, "invalid type: keys are strings");
            const std::string& key = pair.first.Scalar();
            if (key == "<<" && pair.first.Tag() != "!") {
                merged.push_back(pair.second);
                continue;
            }
            if (const Node::Entry* earlier = table.find(key))
                refuse_duplicate(key, key_location, earlier->key_location);
            table.insert({key, key_location, read(pair.second, depth + 1)});
        }
        for (const YAML::Node& source : merged)
            merge(table, source, depth);
        return table;
    }

    [[noreturn]] void refuse_duplicate(const std::string& key, const Location& location,
                                       const Location& earlier) {
        problems_.error(location, fmt::format("duplicate entry with key \"{}\"", key),
                        "duplicate key", fmt::format("first given at {}", place(earlier)));
        throw Refused();
    }

    /// `<<: *anchor` and `<<: [*a, *b]`: keys that the map itself lacks.
    void merge(Node& table, const YAML::Node& source, int depth) {
        if (source.IsSequence()) {
            if (depth > max_depth)
                refuse(location(source), "the document is nested too deeply");
            for (const auto& each : source)
                merge(table, each, depth + 1);
            return;
        }
        const Node node = read(source, depth + 1);
        if (!node.is(Node::Kind::Table))
            refuse(node.location(), "`<<` merges maps only");
        for (const Node::Entry& entry : node.entries())
            if (table.find(entry.key) == nullptr)
                table.insert(entry);
    }

    static bool one_of(const std::string& text, std::initializer_list<const char*> words) {
        for (const char* word : words)
            if (text == word)
                return true;
        return false;
    }

    /// Plain scalars by YAML 1.2's core schema; quoted and block ones are strings.
    static Node read_scalar(const YAML::Node& node, Location where) {
        const std::string& text = node.Scalar();
        if (node.Tag() != "?" && node.Tag() != "")
            return Node::string(text, where);
        if (one_of(text, {"", "~", "null", "Null", "NULL"}))
            return Node::null(where);
        if (one_of(text, {"true", "True", "TRUE"}))
            return Node::boolean(true, where);
        if (one_of(text, {"false", "False", "FALSE"}))
            return Node::boolean(false, where);
        if (const auto value = integer(text))
            return Node::integer(*value, where);
        if (const auto value = number(text))
            return Node::floating(*value, where);
        return Node::string(text, where);
    }

    static std::optional<std::int64_t> integer(std::string_view text) {
        const bool negative = text.starts_with('-');
        if (negative || text.starts_with('+'))
            text.remove_prefix(1);
        int base = 10;
        if (text.starts_with("0x"))
            base = 16;
        else if (text.starts_with("0o"))
            base = 8;
        if (base != 10)
            text.remove_prefix(2);
        if (text.empty() || text[0] == '-' || text[0] == '+')
            return std::nullopt;
        if (base == 10 && text.size() > 1 && text[0] == '0')
            return std::nullopt;
        const std::string digits = (negative ? "-" : "") + std::string(text);
        std::int64_t value = 0;
        const char* end = digits.data() + digits.size();
        const auto parsed = std::from_chars(digits.data(), end, value, base);
        if (parsed.ec != std::errc() || parsed.ptr != end)
            return std::nullopt;
        return value;
    }

    static std::optional<double> number(std::string_view text) {
        const bool negative = text.starts_with('-');
        std::string_view digits = text;
        if (negative || text.starts_with('+'))
            digits.remove_prefix(1);
        const std::string word(digits);
        const double infinity = std::numeric_limits<double>::infinity();
        if (one_of(word, {".inf", ".Inf", ".INF"}))
            return negative ? -infinity : infinity;
        if (one_of(word, {".nan", ".NaN", ".NAN"}))
            return std::numeric_limits<double>::quiet_NaN();
        if (digits.find_first_not_of("0123456789.eE+-") != std::string_view::npos ||
            digits.find_first_of("0123456789") == std::string_view::npos)
            return std::nullopt;
        // "007" and the like are strings, as dates and versions are.
        if (digits.size() > 1 && digits[0] == '0' && digits[1] != '.' && digits[1] != 'e')
            return std::nullopt;
        double value = 0;
        const char* end = word.data() + word.size();
        const auto parsed = std::from_chars(word.data(), end, value);
        if (parsed.ec != std::errc() || parsed.ptr != end)
            return std::nullopt;
        return negative ? -value : value;
    }

    [[nodiscard]] Location location(const YAML::Node& node) const {
        const int mark = node.Mark().pos;
        if (mark < 0)
            return {&text_.file, {}};
        const std::string_view view = text_.view();
        const std::size_t begin = std::min(static_cast<std::size_t>(mark), view.size());
        return text_.location(begin, node.IsScalar() ? scalar_end(view, begin, node) : begin + 1);
    }

    /// yaml-cpp knows only where a scalar begins.
    static std::size_t scalar_end(std::string_view view, std::size_t begin,
                                  const YAML::Node& node) {
        const std::size_t line = std::min(view.find('\n', begin), view.size());
        if (begin >= view.size())
            return begin;
        const char first = view[begin];
        if (first == '|' || first == '>') {
            const std::size_t last =
                view.find(node.Scalar().substr(0, node.Scalar().find('\n')), line);
            const auto breaks = static_cast<std::size_t>(std::ranges::count(node.Scalar(), '\n'));
            return last == std::string_view::npos
                       ? line
                       : std::min(view.size(),
                                  last + node.Scalar().size() + breaks * (last - line));
        }
        if (first != '"' && first != '\'')
            return std::min(begin + node.Scalar().size(), line);
        for (std::size_t at = begin + 1; at < view.size(); ++at) {
            if (first == '"' && view[at] == '\\')
                ++at;
            else if (view[at] == first)
                return at + 1;
        }
        return line;
    }

    const Text& text_;
    Problems& problems_;
    std::size_t nodes_ = 0;
};

/// Takes events and keeps nothing: for passing over a document.
class Passing : public YAML::EventHandler {
public:
    using Mark = YAML::Mark;
    using Anchor = YAML::anchor_t;
    using Style = YAML::EmitterStyle::value;
    void OnDocumentStart(const Mark&) override {}
    void OnDocumentEnd() override {}
    void OnNull(const Mark&, Anchor) override {}
    void OnAlias(const Mark&, Anchor) override {}
    void OnScalar(const Mark&, const std::string&, Anchor, const std::string&) override {}
    void OnSequenceStart(const Mark&, const std::string&, Anchor, Style) override {}
    void OnSequenceEnd() override {}
    void OnMapStart(const Mark&, const std::string&, Anchor, Style) override {}
    void OnMapEnd() override {}
};

/// `YAML::LoadAll` would say so too, but never ends on a stray comma (yaml-cpp 0.7).
bool has_second_document(const std::string& text) {
    std::istringstream stream(text);
    YAML::Parser parser(stream);
    Passing passing;
    return parser.HandleNextDocument(passing) && parser.HandleNextDocument(passing);
}

}  // namespace

std::optional<Node> read_yaml(const Text& text, Problems& problems) {
    try {
        const std::string input(text.view());
        const YAML::Node document = YAML::Load(input);
        if (has_second_document(input)) {
            problems.error(text.location(0, 0),
                           "deserializing from YAML containing more than one document");
            return std::nullopt;
        }
        if (!document || document.IsNull())
            return Node::table({}, text.location(0, 0));
        return YamlReader(text, problems).read(document);
    } catch (const YAML::Exception& error) {
        const std::size_t at =
            error.mark.is_null() ? 0 : static_cast<std::size_t>(std::max(error.mark.pos, 0));
        const Location location = text.character(at);
        const Position position = text.file.position(location.span.begin);
        problems.error(
            location,
            fmt::format("YAML parse error at line {}, column {}", position.line, position.column),
            error.msg);
    } catch (const Refused&) {
        // Reported where it was found.
    }
    return std::nullopt;
}

}  // namespace engine::config::syntax
