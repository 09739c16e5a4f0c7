#include "engine/topology/drawing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

namespace engine::topology {

namespace {

using config::ComponentKind;
using Attributes = std::map<std::string, std::string>;

constexpr std::array kinds{ComponentKind::Source, ComponentKind::Transform, ComponentKind::Sink};

std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            out += '\\';
        }
        out += c;
    }
    return out + '"';
}

std::string list_of(const Attributes& attributes) {
    std::string text;
    for (const auto& [name, value] : attributes) {
        text += fmt::format("{}{}={}", text.empty() ? "" : " ", name, quoted(value));
    }
    return text.empty() ? text : " [" + text + "]";
}

std::string_view dot_shape(ComponentKind kind) {
    switch (kind) {
        case ComponentKind::Source:
            return "trapezium";
        case ComponentKind::Transform:
            return "diamond";
        case ComponentKind::Sink:
            break;
    }
    return "invtrapezium";
}

/// Vertices of a kind by name, as the reference lists them.
std::vector<std::size_t> sorted(const Graph& graph, ComponentKind kind) {
    std::vector<std::size_t> vertices;
    for (std::size_t vertex = 0; vertex < graph.vertices().size(); ++vertex) {
        if (graph.vertices()[vertex].kind == kind) {
            vertices.push_back(vertex);
        }
    }
    std::ranges::sort(vertices, {},
                      [&](std::size_t vertex) { return graph.vertices()[vertex].id; });
    return vertices;
}

/// Tables by name, each with what the configuration says about its looks.
std::map<std::string, Attributes> tables_of(const config::Configuration& configuration) {
    std::map<std::string, Attributes> tables;
    for (const config::EnrichmentTable& table : configuration.enrichment_tables) {
        tables[table.id.value] = std::visit(
            [](const auto& options) { return options.graph.node_attributes; }, table.options);
    }
    return tables;
}

const std::string& output_of(const Graph& graph, const Edge& edge) {
    return graph.vertices()[edge.from].outputs[edge.output].name;
}

}  // namespace

std::string draw_dot(const config::Configuration& configuration, const Graph& graph) {
    std::string text = "digraph {\n";
    for (const auto& [id, attributes] : tables_of(configuration)) {
        Attributes look = attributes;
        look.try_emplace("shape", "cylinder");
        text += fmt::format("  {}{}\n", quoted(id), list_of(look));
    }
    for (const ComponentKind kind : kinds) {
        for (const std::size_t vertex : sorted(graph, kind)) {
            const std::string& id = graph.vertices()[vertex].id;
            const config::GraphOptions& options = configuration.find(id)->graph;
            Attributes attributes = options.node_attributes;
            attributes.try_emplace("shape", dot_shape(kind));
            std::string node = fmt::format("  {}{}\n", quoted(id), list_of(attributes));
            text += node;
            for (const Edge& edge : graph.incoming(vertex)) {
                const auto given = options.edge_attributes.find(
                    edge.input == Edge::none ? graph.vertices()[edge.from].id
                                             : configuration.find(id)->inputs[edge.input].value);
                Attributes look =
                    given == options.edge_attributes.end() ? Attributes() : given->second;
                if (const std::string& output = output_of(graph, edge); !output.empty()) {
                    look.try_emplace("label", output);
                }
                text += fmt::format("  {} -> {}{}\n", quoted(graph.vertices()[edge.from].id),
                                    quoted(id), list_of(look));
            }
        }
    }
    return text + "}\n";
}

std::string draw_mermaid(const config::Configuration& configuration, const Graph& graph) {
    struct Section {
        ComponentKind kind;
        const char* title;
        const char* open;
        const char* close;
    };
    constexpr std::array sections{
        Section{ComponentKind::Source, "Sources", "[/", "/]"},
        Section{ComponentKind::Transform, "Transforms", "{", "}"},
        Section{ComponentKind::Sink, "Sinks", "[\\", "\\]"},
    };
    std::string text = "flowchart TD;\n\n  %% Enrichment tables\n";
    for (const auto& [id, attributes] : tables_of(configuration)) {
        text += fmt::format("  {}[({})]\n", id, id);
    }
    for (const Section& section : sections) {
        text += fmt::format("\n  %% {}\n", section.title);
        for (const std::size_t vertex : sorted(graph, section.kind)) {
            const std::string& id = graph.vertices()[vertex].id;
            text += fmt::format("  {}{}{}{}\n", id, section.open, id, section.close);
            for (const Edge& edge : graph.incoming(vertex)) {
                const std::string& output = output_of(graph, edge);
                const std::string arrow = output.empty() ? "-->" : fmt::format("-->|{}|", output);
                text += fmt::format("  {} {} {}\n", graph.vertices()[edge.from].id, arrow, id);
            }
        }
    }
    return text + '\n';
}

}  // namespace engine::topology
