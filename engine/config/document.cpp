#include "engine/config/document.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <limits>

#include <fmt/format.h>

#include "engine/config/document_syntax.hpp"

namespace engine::config {

std::optional<Syntax> syntax_of(std::string_view file_name) {
    if (file_name.ends_with(".toml"))
        return Syntax::Toml;
    if (file_name.ends_with(".yaml") || file_name.ends_with(".yml"))
        return Syntax::Yaml;
    if (file_name.ends_with(".json"))
        return Syntax::Json;
    return std::nullopt;
}

Location syntax::Text::location(std::size_t begin, std::size_t end) const {
    const auto clamp = [this](std::size_t offset) {
        return static_cast<std::uint32_t>(std::min(offset, view().size()));
    };
    return {&file, interpolated.offsets.written({clamp(begin), clamp(std::max(begin, end))})};
}

Location syntax::Text::character(std::size_t at) const {
    const bool nothing = at >= view().size() || view()[at] == '\n' || view()[at] == '\r';
    return location(at, nothing ? at : at + 1);
}

std::optional<Node> Document::read(std::string name, std::string text, Syntax syntax,
                                   const Environment& environment, Problems& problems,
                                   const SecretValues* secrets) {
    if (text.size() >= std::numeric_limits<std::uint32_t>::max()) {
        problems.error({}, fmt::format("{}: the file is too large", name));
        return std::nullopt;
    }
    if (text.starts_with("\xEF\xBB\xBF"))
        text.erase(0, 3);
    files_.push_back(std::make_unique<const SourceText>(std::move(name), std::move(text)));
    const SourceText& file = *files_.back();
    InterpolatedText interpolated{std::string(file.text()), {}};
    if (environment) {
        const std::size_t before = problems.error_count();
        interpolated = interpolate(file, syntax, environment, problems);
        if (problems.error_count() > before)
            return std::nullopt;
    }
    std::ranges::move(find_secret_references(file, interpolated, syntax),
                      std::back_inserter(secret_references_));
    if (secrets != nullptr) {
        interpolated = replace_secrets(std::move(interpolated), syntax, *secrets);
    }
    const syntax::Text input{file, interpolated};
    std::optional<Node> node;
    switch (syntax) {
        case Syntax::Toml:
            node = syntax::read_toml(input, problems);
            break;
        case Syntax::Yaml:
            node = syntax::read_yaml(input, problems);
            break;
        case Syntax::Json:
            node = syntax::read_json(input, problems);
            break;
    }
    if (!node || node->is(Node::Kind::Table))
        return node;
    problems.error(node->location(),
                   fmt::format("invalid type: {}, expected a map", node->describe()),
                   "a configuration file is a table");
    return std::nullopt;
}

namespace {

/// Sections that hold things by id, and what messages call one of them.
constexpr std::array<std::pair<std::string_view, std::string_view>, 5> sections{{
    {"sources", "source"},
    {"transforms", "transform"},
    {"sinks", "sink"},
    {"enrichment_tables", "enrichment_table"},
    {"secret", "secret"},
}};

std::string_view singular(std::string_view section) {
    const auto found =
        std::ranges::find(sections, section, &std::pair<std::string_view, std::string_view>::first);
    return found == sections.end() ? std::string_view() : found->second;
}

bool merge_ids(Node& into, const Node& from, std::string_view kind, Problems& problems) {
    bool good = true;
    for (const Node::Entry& entry : from.entries()) {
        const Node::Entry* earlier = into.find(entry.key);
        if (earlier == nullptr) {
            into.insert(entry);
            continue;
        }
        good = false;
        problems.error(
            entry.key_location, fmt::format("duplicate {} id found: {}", kind, entry.key),
            "this id is taken", fmt::format("first given at {}", place(earlier->key_location)));
    }
    return good;
}

bool merge_globals(Node& into, const Node::Entry& entry, const std::string& path,
                   Problems& problems) {
    Node* present = into.find_value(entry.key);
    if (present == nullptr) {
        into.insert(entry);
        return true;
    }
    if (present->is(Node::Kind::Table) && entry.value.is(Node::Kind::Table)) {
        bool good = true;
        for (const Node::Entry& each : entry.value.entries())
            good &= merge_globals(*present, each, path + "." + each.key, problems);
        return good;
    }
    if (present->equals(entry.value))
        return true;
    problems.error(entry.value.location(), fmt::format("conflicting values for '{}' found", path),
                   "another file says otherwise",
                   fmt::format("first given at {}", place(present->location())));
    return false;
}

bool merge(Node& root, const Node& added, Problems& problems) {
    bool good = true;
    for (const Node::Entry& entry : added.entries()) {
        Node* present = root.find_value(entry.key);
        const std::string_view kind = singular(entry.key);
        if (present == nullptr) {
            root.insert(entry);
        } else if (!kind.empty() && present->is(Node::Kind::Table) &&
                   entry.value.is(Node::Kind::Table)) {
            good &= merge_ids(*present, entry.value, kind, problems);
        } else if (entry.key == "tests" && present->is(Node::Kind::Array) &&
                   entry.value.is(Node::Kind::Array)) {
            std::vector<Node> all = present->items();
            all.insert(all.end(), entry.value.items().begin(), entry.value.items().end());
            *present = Node::array(std::move(all), present->location());
        } else {
            good &= merge_globals(root, entry, entry.key, problems);
        }
    }
    return good;
}

}  // namespace

bool Document::add(std::string name, std::string text, Syntax syntax,
                   const Environment& environment, Problems& problems,
                   const SecretValues* secrets) {
    const auto node =
        read(std::move(name), std::move(text), syntax, environment, problems, secrets);
    return node && merge(root_, *node, problems);
}

bool Document::add_component(std::string_view section, std::string id, std::string name,
                             std::string text, Syntax syntax, const Environment& environment,
                             Problems& problems, const SecretValues* secrets) {
    auto node = read(std::move(name), std::move(text), syntax, environment, problems, secrets);
    if (!node)
        return false;
    if (root_.find(section) == nullptr)
        root_.insert({std::string(section), {}, Node::table({}, node->location())});
    Node* table = root_.find_value(section);
    if (!table->is(Node::Kind::Table))
        return true;
    // A component's own file wins over the same id in a configuration file, as in Vector.
    table->erase(id);
    const Location location = node->location();
    table->insert({std::move(id), location, *std::move(node)});
    return true;
}

}  // namespace engine::config
