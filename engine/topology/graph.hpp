#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/config/configuration.hpp"

namespace engine::topology {

/// A component of the graph: what the configuration says about its place. Plain data.
struct Vertex {
    std::string id;
    config::ComponentKind kind = config::ComponentKind::Source;
    std::vector<config::OutputPort> outputs;
    config::EventTypes accepts = config::EventTypes::All;
    std::vector<std::string> inputs;  // ids, "id.output", or patterns with `*`, `?`, `[…]`
    /// Its outputs are not known (a type that this build lacks): any name leads to the first one.
    bool open_outputs = false;
    std::string fallback{};  // id of the sink that its internal output leads to
};

/// Events that leave `output` of vertex `from` reach vertex `to`, which named them in `input`.
struct Edge {
    std::size_t from = 0;
    std::size_t output = 0;
    std::size_t to = 0;
    std::size_t input = 0;  // none: `to` did not name it, `from` did as its fallback

    static constexpr std::size_t none = static_cast<std::size_t>(-1);
};

/// Something wrong with a graph, as indices for whoever words it.
struct GraphIssue {
    enum class Kind {
        UnknownInput,     // `input` of `vertex` names nothing
        DuplicateInput,   // `input` of `vertex` leads to an output that an earlier input leads to
        TypeMismatch,     // `input` of `vertex` brings events of types that it does not accept
        NoInputs,         // of `vertex`
        Unconsumed,       // `output` of `vertex`
        UnknownFallback,  // the fallback of `vertex` is no sink, or itself
        Cycle,            // `path` from a vertex back to itself; closed by `input` of `vertex`
    };
    Kind kind = Kind::UnknownInput;
    std::size_t vertex = 0;
    std::size_t input = 0;
    std::size_t output = 0;
    std::size_t source = 0;  // TypeMismatch, DuplicateInput: the vertex that the input leads to
    std::size_t count = 0;   // DuplicateInput: how often it is there in all
    std::vector<std::size_t> path;
};

/// Which component's events reach which. Pure data, computed once per configuration, immutable and
/// shared by any thread.
class Graph {
public:
    enum class UnmatchedWildcard { Issue, Allowed };

    Graph() = default;
    /// Resolves inputs and finds everything wrong; the graph has the edges that could be resolved.
    static Graph resolve(std::vector<Vertex> vertices, UnmatchedWildcard unmatched,
                         std::vector<GraphIssue>& issues);

    [[nodiscard]] const std::vector<Vertex>& vertices() const { return vertices_; }
    /// In the order of the consuming vertices and of their inputs.
    [[nodiscard]] const std::vector<Edge>& edges() const { return edges_; }
    [[nodiscard]] std::optional<std::size_t> find(std::string_view id) const;
    /// Edges that begin or end at a vertex.
    [[nodiscard]] std::vector<Edge> outgoing(std::size_t vertex) const;
    [[nodiscard]] std::vector<Edge> incoming(std::size_t vertex) const;
    /// Vertices whose events reach this one, and vertices that its events reach; without itself,
    /// ascending.
    [[nodiscard]] std::vector<std::size_t> upstream(std::size_t vertex) const;
    [[nodiscard]] std::vector<std::size_t> downstream(std::size_t vertex) const;
    /// Every vertex after those whose events it takes; requires a graph without cycle.
    [[nodiscard]] std::vector<std::size_t> order() const;
    /// "id" or "id.output".
    [[nodiscard]] std::string output_name(std::size_t vertex, std::size_t output) const;

private:
    friend class GraphBuilder;
    std::vector<Vertex> vertices_;
    std::vector<Edge> edges_;
    std::vector<std::vector<std::size_t>> outgoing_;  // indices of edges_, by vertex
    std::vector<std::vector<std::size_t>> incoming_;
};

/// Whether `text` matches a pattern of `*` (any characters), `?` (one) and `[a-z]` (one of, `!`
/// negates).
[[nodiscard]] bool matches_pattern(std::string_view pattern, std::string_view text);
[[nodiscard]] bool is_pattern(std::string_view input);

/// The graph of a configuration; reports what is wrong with it, in the words of the reference.
[[nodiscard]] Graph resolve_graph(const config::Configuration& configuration,
                                  config::Problems& problems);

}  // namespace engine::topology
