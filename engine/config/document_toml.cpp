#include <algorithm>
#include <sstream>
#include <vector>

#include <fmt/format.h>

#include "engine/config/document_syntax.hpp"

// Debian's shared toml++ is built with exceptions; ours is not, so it is compiled in here.
#undef TOML_HEADER_ONLY
#undef TOML_SHARED_LIB
#define TOML_HEADER_ONLY 1
// toml++ 3.3 asserts what a file may get wrong (`[table` followed by a character that no key has)
// just before it reports it; the report is what counts.
#define TOML_ASSERT(condition) static_assert(true)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#include <toml++/toml.h>
#pragma GCC diagnostic pop

namespace engine::config::syntax {
namespace {

class TomlReader {
public:
    explicit TomlReader(const Text& text) : text_(text) {
        lines_.push_back(0);
        for (std::size_t at = 0; at < text.view().size(); ++at)
            if (text.view()[at] == '\n')
                lines_.push_back(at + 1);
    }

    /// Byte offset of a 1-based line and column; toml++ counts columns in code points.
    [[nodiscard]] std::size_t offset(const toml::source_position& position) const {
        const std::string_view view = text_.view();
        if (position.line == 0 || position.line > lines_.size())
            return view.size();
        std::size_t at = lines_[position.line - 1];
        for (toml::source_index column = 1; column < position.column && at < view.size(); ++column)
            do
                ++at;
            while (at < view.size() && (static_cast<unsigned char>(view[at]) & 0xC0) == 0x80);
        return at;
    }

    [[nodiscard]] Location location(const toml::source_region& region) const {
        return text_.location(offset(region.begin), offset(region.end));
    }

    [[nodiscard]] Node read(const toml::node& node) const {
        const Location where = location(node.source());
        if (const auto* table = node.as_table())
            return read_table(*table, where);
        if (const auto* array = node.as_array()) {
            std::vector<Node> items;
            for (const auto& item : *array)
                items.push_back(read(item));
            return Node::array(std::move(items), where);
        }
        if (const auto* value = node.as_string())
            return Node::string(value->get(), where);
        if (const auto* value = node.as_integer())
            return Node::integer(value->get(), where);
        if (const auto* value = node.as_floating_point())
            return Node::floating(value->get(), where);
        if (const auto* value = node.as_boolean())
            return Node::boolean(value->get(), where);
        std::ostringstream text;
        if (const auto* value = node.as_date())
            text << value->get();
        if (const auto* value = node.as_time())
            text << value->get();
        if (const auto* value = node.as_date_time())
            text << value->get();
        return Node::datetime(text.str(), where);
    }

private:
    /// toml++ sorts keys; messages and answers follow the order of the file.
    [[nodiscard]] Node read_table(const toml::table& table, Location where) const {
        std::vector<Node::Entry> entries;
        for (const auto& [key, value] : table)
            entries.push_back({std::string(key.str()), location(key.source()), read(value)});
        std::ranges::stable_sort(
            entries, {}, [](const Node::Entry& entry) { return entry.key_location.span.begin; });
        return Node::table(std::move(entries), where);
    }

    const Text& text_;
    std::vector<std::size_t> lines_;
};

/// A syntax error in the words and at the place that help most.
struct SyntaxError {
    Location location;
    std::string text;
};

/// toml++ says "Error while parsing string: …"; the opening says nothing.
std::string_view reason(std::string_view description) {
    const std::size_t colon = description.find(": ");
    return colon == std::string_view::npos ? description : description.substr(colon + 2);
}

/// toml++ points behind a key that is there twice: the line from its start to `=` is meant, unless
/// the key stands in an inline table.
Location duplicate_key(const Text& text, const Location& found) {
    const Span line = text.file.line_span(text.file.line_of(found.span.begin));
    const std::string_view content = text.file.text(line);
    const std::size_t begin = content.find_first_not_of(" \t");
    const std::size_t equals = content.find('=');
    if (begin == std::string_view::npos || content.find('{') < equals)
        return found;
    std::size_t end = equals == std::string_view::npos ? content.size() : equals;
    while (end > begin + 1 && (content[end - 1] == ' ' || content[end - 1] == '\t'))
        --end;
    return {found.file,
            {line.begin + static_cast<std::uint32_t>(begin),
             line.begin + static_cast<std::uint32_t>(end)}};
}

SyntaxError describe(const Text& text, std::string_view description, std::size_t at) {
    const Location location = text.character(at);
    const std::string_view why = reason(description);
    const std::string_view line =
        text.file.text(text.file.line_span(text.file.line_of(location.span.begin)));
    if (line == "---")
        return {location, "a separator line, which TOML does not have"};
    if (why.find("redefine") != std::string_view::npos)
        return {duplicate_key(text, location), fmt::format("duplicate key: {}", why)};
    if (location.span.empty() && why.find("control characters") != std::string_view::npos)
        return {location, "the string does not end on this line"};
    return {location, std::string(why)};
}

}  // namespace

std::optional<Node> read_toml(const Text& text, Problems& problems) {
    const TomlReader reader(text);
    const toml::parse_result result = toml::parse(text.view());
    if (result)
        return reader.read(result.table());
    const toml::parse_error& error = result.error();
    SyntaxError problem = describe(text, error.description(), reader.offset(error.source().begin));
    const Position position = text.file.position(problem.location.span.begin);
    problems.error(
        problem.location,
        fmt::format("TOML parse error at line {}, column {}", position.line, position.column),
        std::move(problem.text));
    return std::nullopt;
}

}  // namespace engine::config::syntax
