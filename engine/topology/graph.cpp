#include "engine/topology/graph.hpp"

#include <algorithm>
#include <deque>
#include <map>

namespace engine::topology {
namespace {

/// One of `[…]` at the front of `pattern`: whether `c` matches, and the pattern's rest. A bracket
/// without end is itself.
bool match_class(std::string_view& pattern, char c) {
    const std::size_t close = pattern.find(']', 2);
    if (close == std::string_view::npos) {
        pattern.remove_prefix(1);
        return c == '[';
    }
    std::string_view set = pattern.substr(1, close - 1);
    pattern.remove_prefix(close + 1);
    const bool negated = set.starts_with('!');
    if (negated)
        set.remove_prefix(1);
    bool found = false;
    while (!set.empty()) {
        const bool range = set.size() >= 3 && set[1] == '-';
        found |= range ? set[0] <= c && c <= set[2] : set[0] == c;
        set.remove_prefix(range ? 3 : 1);
    }
    return found != negated;
}

}  // namespace

bool is_pattern(std::string_view input) {
    return input.find_first_of("*?[") != std::string_view::npos;
}

bool matches_pattern(std::string_view pattern, std::string_view text) {
    // On a mismatch the last star takes one more character: linear but for repeated stars.
    std::string_view star_pattern;
    std::string_view star_text;
    bool star = false;
    while (true) {
        if (pattern.starts_with('*')) {
            pattern.remove_prefix(1);
            star = true;
            star_pattern = pattern;
            star_text = text;
            continue;
        }
        if (pattern.empty() && text.empty())
            return true;
        bool matched = false;
        if (!pattern.empty() && !text.empty()) {
            if (pattern[0] == '[') {
                matched = match_class(pattern, text[0]);
            } else {
                matched = pattern[0] == '?' || pattern[0] == text[0];
                pattern.remove_prefix(1);
            }
            text.remove_prefix(1);
        }
        if (matched)
            continue;
        if (!star || star_text.empty())
            return false;
        star_text.remove_prefix(1);
        pattern = star_pattern;
        text = star_text;
    }
}

/// Resolves inputs to edges, then looks for what is wrong.
class GraphBuilder {
public:
    GraphBuilder(Graph& graph, Graph::UnmatchedWildcard unmatched, std::vector<GraphIssue>& issues)
        : graph_(graph), unmatched_(unmatched), issues_(issues) {}

    void run() {
        index_outputs();
        graph_.outgoing_.resize(graph_.vertices_.size());
        graph_.incoming_.resize(graph_.vertices_.size());
        for (std::size_t vertex = 0; vertex < graph_.vertices_.size(); ++vertex)
            connect(vertex);
        for (std::size_t vertex = 0; vertex < graph_.vertices_.size(); ++vertex)
            connect_fallback(vertex);
        find_unconsumed();
        find_cycles();
    }

private:
    struct Target {
        std::size_t vertex;
        std::size_t output;
    };

    void report(GraphIssue issue) { issues_.push_back(std::move(issue)); }

    void index_outputs() {
        for (std::size_t vertex = 0; vertex < graph_.vertices_.size(); ++vertex)
            for (std::size_t output = 0; output < graph_.vertices_[vertex].outputs.size(); ++output)
                if (!graph_.vertices_[vertex].outputs[output].internal)
                    outputs_.emplace(graph_.output_name(vertex, output), Target{vertex, output});
    }

    std::vector<Target> resolve(std::size_t vertex, const std::string& input) const {
        std::vector<Target> targets;
        if (const auto found = outputs_.find(input); found != outputs_.end())
            return {found->second};
        if (const auto open = open_output(input))
            return {*open};
        if (!is_pattern(input))
            return targets;
        const bool names_outputs = input.find('.') != std::string::npos;
        for (const auto& [name, target] : outputs_) {
            const bool wanted = target.vertex != vertex &&
                                (names_outputs || !port(target).optional) &&
                                matches_pattern(input, name);
            if (wanted)
                targets.push_back(target);
        }
        return targets;
    }

    [[nodiscard]] std::optional<Target> open_output(std::string_view input) const {
        const auto vertex = graph_.find(input.substr(0, input.find('.')));
        if (!vertex || !graph_.vertices_[*vertex].open_outputs)
            return std::nullopt;
        return Target{*vertex, 0};
    }

    [[nodiscard]] const config::OutputPort& port(const Target& target) const {
        return graph_.vertices_[target.vertex].outputs[target.output];
    }

    void connect(std::size_t vertex) {
        const Vertex& consumer = graph_.vertices_[vertex];
        if (consumer.kind == config::ComponentKind::Source)
            return;
        const bool only_fallback = std::ranges::any_of(
            graph_.vertices_,
            [&consumer](const Vertex& each) { return each.fallback == consumer.id; });
        if (consumer.inputs.empty() && !only_fallback)
            report({.kind = GraphIssue::Kind::NoInputs, .vertex = vertex, .path = {}});
        std::map<std::pair<std::size_t, std::size_t>, std::vector<std::size_t>> given;
        for (std::size_t input = 0; input < consumer.inputs.size(); ++input) {
            const auto targets = resolve(vertex, consumer.inputs[input]);
            if (targets.empty() && !(is_pattern(consumer.inputs[input]) &&
                                     unmatched_ == Graph::UnmatchedWildcard::Allowed))
                report({.kind = GraphIssue::Kind::UnknownInput,
                        .vertex = vertex,
                        .input = input,
                        .path = {}});
            for (const Target& target : targets) {
                auto& inputs = given[{target.vertex, target.output}];
                inputs.push_back(input);
                if (inputs.size() == 1)
                    add_edge({target.vertex, target.output, vertex, input});
            }
        }
        for (const auto& [target, inputs] : given)
            if (inputs.size() > 1)
                report({.kind = GraphIssue::Kind::DuplicateInput,
                        .vertex = vertex,
                        .input = inputs[1],
                        .output = target.second,
                        .source = target.first,
                        .count = inputs.size(),
                        .path = {}});
    }

    void connect_fallback(std::size_t vertex) {
        const Vertex& owner = graph_.vertices_[vertex];
        if (owner.fallback.empty())
            return;
        const auto target = graph_.find(owner.fallback);
        const auto port = std::ranges::find_if(owner.outputs, &config::OutputPort::internal);
        if (!target || *target == vertex || port == owner.outputs.end() ||
            graph_.vertices_[*target].kind != config::ComponentKind::Sink) {
            report({.kind = GraphIssue::Kind::UnknownFallback, .vertex = vertex, .path = {}});
            return;
        }
        add_edge(
            {vertex, static_cast<std::size_t>(port - owner.outputs.begin()), *target, Edge::none});
    }

    void add_edge(const Edge& edge) {
        const config::EventTypes types = port({edge.from, edge.output}).types;
        if ((types & graph_.vertices_[edge.to].accepts) == config::EventTypes::None)
            report({.kind = GraphIssue::Kind::TypeMismatch,
                    .vertex = edge.to,
                    .input = edge.input,
                    .output = edge.output,
                    .source = edge.from,
                    .path = {}});
        graph_.outgoing_[edge.from].push_back(graph_.edges_.size());
        graph_.incoming_[edge.to].push_back(graph_.edges_.size());
        graph_.edges_.push_back(edge);
    }

    void find_unconsumed() {
        for (std::size_t vertex = 0; vertex < graph_.vertices_.size(); ++vertex) {
            const auto& outputs = graph_.vertices_[vertex].outputs;
            for (std::size_t output = 0; output < outputs.size(); ++output) {
                const bool consumed = std::ranges::any_of(
                    graph_.outgoing_[vertex],
                    [&](std::size_t edge) { return graph_.edges_[edge].output == output; });
                const bool repeated =
                    outputs[output].repeats_others && !graph_.outgoing_[vertex].empty();
                if (!consumed && !outputs[output].optional && !repeated)
                    report({.kind = GraphIssue::Kind::Unconsumed,
                            .vertex = vertex,
                            .output = output,
                            .path = {}});
            }
        }
    }

    enum class Mark : char { New, Open, Done };

    /// Depth first along the edges, without recursion: an edge to a vertex on the current path
    /// closes a cycle.
    void find_cycles() {
        std::vector<Mark> marks(graph_.vertices_.size(), Mark::New);
        for (std::size_t start = 0; start < marks.size(); ++start)
            if (marks[start] == Mark::New)
                walk(start, marks);
    }

    void walk(std::size_t start, std::vector<Mark>& marks) {
        struct Step {
            std::size_t vertex;
            std::size_t next = 0;
        };
        std::vector<Step> path{{start}};
        marks[start] = Mark::Open;
        while (!path.empty()) {
            Step& step = path.back();
            if (step.next == graph_.outgoing_[step.vertex].size()) {
                marks[step.vertex] = Mark::Done;
                path.pop_back();
                continue;
            }
            const Edge& edge = graph_.edges_[graph_.outgoing_[step.vertex][step.next++]];
            if (marks[edge.to] == Mark::New) {
                marks[edge.to] = Mark::Open;
                path.push_back({edge.to});
            } else if (marks[edge.to] == Mark::Open) {
                std::vector<std::size_t> cycle;
                const auto first = std::ranges::find(path, edge.to, &Step::vertex);
                for (auto each = first; each != path.end(); ++each)
                    cycle.push_back(each->vertex);
                cycle.push_back(edge.to);
                report({.kind = GraphIssue::Kind::Cycle,
                        .vertex = edge.to,
                        .input = edge.input,
                        .path = std::move(cycle)});
            }
        }
    }

    Graph& graph_;
    Graph::UnmatchedWildcard unmatched_;
    std::vector<GraphIssue>& issues_;
    std::map<std::string, Target, std::less<>> outputs_;
};

Graph Graph::resolve(std::vector<Vertex> vertices, UnmatchedWildcard unmatched,
                     std::vector<GraphIssue>& issues) {
    Graph graph;
    graph.vertices_ = std::move(vertices);
    GraphBuilder(graph, unmatched, issues).run();
    return graph;
}

std::optional<std::size_t> Graph::find(std::string_view id) const {
    const auto found = std::ranges::find(vertices_, id, &Vertex::id);
    if (found == vertices_.end())
        return std::nullopt;
    return static_cast<std::size_t>(found - vertices_.begin());
}

std::vector<Edge> Graph::outgoing(std::size_t vertex) const {
    std::vector<Edge> edges;
    for (const std::size_t edge : outgoing_[vertex])
        edges.push_back(edges_[edge]);
    return edges;
}

std::vector<Edge> Graph::incoming(std::size_t vertex) const {
    std::vector<Edge> edges;
    for (const std::size_t edge : incoming_[vertex])
        edges.push_back(edges_[edge]);
    return edges;
}

namespace {

/// Vertices reached from `start` by steps of `next`, without `start`, ascending.
template <typename Next>
std::vector<std::size_t> reachable(std::size_t start, std::size_t size, const Next& next) {
    std::vector<bool> seen(size, false);
    std::deque<std::size_t> queue{start};
    while (!queue.empty()) {
        const std::size_t vertex = queue.front();
        queue.pop_front();
        for (const std::size_t neighbour : next(vertex)) {
            if (seen[neighbour])
                continue;
            seen[neighbour] = true;
            queue.push_back(neighbour);
        }
    }
    std::vector<std::size_t> found;
    for (std::size_t vertex = 0; vertex < size; ++vertex)
        if (seen[vertex] && vertex != start)
            found.push_back(vertex);
    return found;
}

}  // namespace

std::vector<std::size_t> Graph::upstream(std::size_t vertex) const {
    return reachable(vertex, vertices_.size(), [this](std::size_t at) {
        std::vector<std::size_t> next;
        for (const std::size_t edge : incoming_[at])
            next.push_back(edges_[edge].from);
        return next;
    });
}

std::vector<std::size_t> Graph::downstream(std::size_t vertex) const {
    return reachable(vertex, vertices_.size(), [this](std::size_t at) {
        std::vector<std::size_t> next;
        for (const std::size_t edge : outgoing_[at])
            next.push_back(edges_[edge].to);
        return next;
    });
}

std::vector<std::size_t> Graph::order() const {
    std::vector<std::size_t> waiting(vertices_.size());
    std::vector<std::size_t> order;
    for (std::size_t vertex = 0; vertex < vertices_.size(); ++vertex) {
        waiting[vertex] = incoming_[vertex].size();
        if (waiting[vertex] == 0)
            order.push_back(vertex);
    }
    for (std::size_t done = 0; done < order.size(); ++done)
        for (const std::size_t edge : outgoing_[order[done]])
            if (--waiting[edges_[edge].to] == 0)
                order.push_back(edges_[edge].to);
    return order;
}

std::string Graph::output_name(std::size_t vertex, std::size_t output) const {
    const Vertex& owner = vertices_[vertex];
    const std::string& name = owner.outputs[output].name;
    return name.empty() ? owner.id : owner.id + "." + name;
}

}  // namespace engine::topology
