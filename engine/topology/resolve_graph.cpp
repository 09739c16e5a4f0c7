#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "engine/config/suggestion.hpp"
#include "engine/topology/graph.hpp"

namespace engine::topology {
namespace {

std::string names(config::EventTypes types) {
    using config::EventTypes;
    std::string text;
    const auto add = [&](EventTypes type, const char* name) {
        if ((types & type) == EventTypes::None)
            return;
        text += fmt::format("{}\"{}\"", text.empty() ? "" : ", ", name);
    };
    add(EventTypes::Log, "Log");
    add(EventTypes::Metric, "Metric");
    add(EventTypes::Trace, "Trace");
    return "[" + text + "]";
}

std::string title(const Vertex& vertex) {
    config::Component component;
    component.kind = vertex.kind;
    component.id.value = vertex.id;
    return component.title();
}

/// Words the issues of a graph whose vertices are the configuration's components, index for index.
class IssueReporter {
public:
    IssueReporter(const config::Configuration& configuration, const Graph& graph,
                  config::Problems& problems)
        : configuration_(configuration), graph_(graph), problems_(problems) {}

    void report(const GraphIssue& issue) {
        switch (issue.kind) {
            case GraphIssue::Kind::UnknownInput:
                return unknown_input(issue);
            case GraphIssue::Kind::DuplicateInput:
                return duplicate_input(issue);
            case GraphIssue::Kind::TypeMismatch:
                return type_mismatch(issue);
            case GraphIssue::Kind::NoInputs:
                return no_inputs(issue);
            case GraphIssue::Kind::Unconsumed:
                return unconsumed(issue);
            case GraphIssue::Kind::UnknownFallback:
                return unknown_fallback(issue);
            case GraphIssue::Kind::Cycle:
                return cycle(issue);
        }
    }

private:
    [[nodiscard]] const config::Component& component(std::size_t vertex) const {
        return configuration_.components[vertex];
    }
    [[nodiscard]] const config::Location& input(const GraphIssue& issue) const {
        const config::Component& consumer = component(issue.vertex);
        if (issue.input != Edge::none)
            return consumer.inputs[issue.input].location;
        // By a fallback: the first sink that names it.
        const auto owner = std::ranges::find_if(
            configuration_.components, [&consumer](const config::Component& each) {
                return each.shape.fallback && each.shape.fallback->value == consumer.id.value;
            });
        return owner->shape.fallback->location;
    }

    void unknown_fallback(const GraphIssue& issue) {
        const config::Component& owner = component(issue.vertex);
        const std::string& name = owner.shape.fallback->value;
        std::vector<std::string> sinks;
        for (const Vertex& each : graph_.vertices())
            if (each.kind == config::ComponentKind::Sink && each.id != owner.id.value)
                sinks.push_back(each.id);
        if (name == owner.id.value) {
            problems_.error(owner.shape.fallback->location,
                            fmt::format("{} cannot be its own fallback", owner.title()));
            return;
        }
        const auto other = graph_.find(name);
        problems_.error(owner.shape.fallback->location,
                        fmt::format("Fallback \"{}\" of {} is not a sink.", name, owner.title()),
                        other ? fmt::format("`{}` is a {}", name,
                                            config::name_of(graph_.vertices()[*other].kind))
                              : config::did_you_mean(name, sinks));
    }

    void unknown_input(const GraphIssue& issue) {
        const config::Component& consumer = component(issue.vertex);
        const std::string& name = consumer.inputs[issue.input].value;
        problems_.error(input(issue),
                        fmt::format("Input \"{}\" for {} \"{}\" doesn't match any components.",
                                    name, config::name_of(consumer.kind), consumer.id.value),
                        hint(name, consumer.id.value));
    }

    [[nodiscard]] std::string hint(const std::string& name, const std::string& self) const {
        std::vector<std::string> candidates;
        for (std::size_t vertex = 0; vertex < graph_.vertices().size(); ++vertex) {
            if (graph_.vertices()[vertex].id == self)
                continue;
            for (std::size_t output = 0; output < graph_.vertices()[vertex].outputs.size();
                 ++output)
                if (!graph_.vertices()[vertex].outputs[output].internal)
                    candidates.push_back(graph_.output_name(vertex, output));
        }
        if (const auto vertex = graph_.find(name)) {
            std::vector<std::string> outputs;
            for (std::size_t output = 0; output < graph_.vertices()[*vertex].outputs.size();
                 ++output)
                if (!graph_.vertices()[*vertex].outputs[output].internal)
                    outputs.push_back(graph_.output_name(*vertex, output));
            if (outputs.empty())
                return fmt::format("`{}` is a {}, which has no output", name,
                                   config::name_of(graph_.vertices()[*vertex].kind));
            return fmt::format("`{}` has only named outputs: `{}`", name,
                               fmt::join(outputs, "`, `"));
        }
        const std::string id = name.substr(0, name.find('.'));
        if (id.size() < name.size() && graph_.find(id)) {
            std::string similar = config::did_you_mean(name, candidates);
            return similar.empty() ? fmt::format("`{}` has no such output", id) : similar;
        }
        if (is_pattern(name))
            return "no component's name matches this pattern";
        return config::did_you_mean(name, candidates);
    }

    void duplicate_input(const GraphIssue& issue) {
        const config::Component& consumer = component(issue.vertex);
        problems_.error(input(issue),
                        fmt::format("{} has input \"{}\" duplicated {} times", consumer.title(),
                                    graph_.output_name(issue.source, issue.output), issue.count),
                        "again here");
    }

    void type_mismatch(const GraphIssue& issue) {
        const Vertex& producer = graph_.vertices()[issue.source];
        const Vertex& consumer = graph_.vertices()[issue.vertex];
        problems_.error(
            input(issue),
            fmt::format("Data type mismatch between {} ({}) and {} ({})",
                        graph_.output_name(issue.source, issue.output),
                        names(producer.outputs[issue.output].types), consumer.id,
                        names(consumer.accepts)),
            fmt::format("gives events that {} does not take", component(issue.vertex).type.value));
    }

    void no_inputs(const GraphIssue& issue) {
        const config::Component& consumer = component(issue.vertex);
        // A missing or malformed `inputs` has been reported as such.
        const config::Node::Entry* inputs = consumer.options.find("inputs");
        if (inputs == nullptr || !inputs->value.is(config::Node::Kind::Array))
            return;
        problems_.error(consumer.inputs_location, fmt::format("{} has no inputs", consumer.title()),
                        "name at least one component");
    }

    void unconsumed(const GraphIssue& issue) {
        const Vertex& producer = graph_.vertices()[issue.vertex];
        Vertex output = producer;
        output.id = graph_.output_name(issue.vertex, issue.output);
        // Without its place: the message names the component, and is the reference's whole report.
        problems_.warning({}, fmt::format("{} has no consumers", title(output)));
    }

    void cycle(const GraphIssue& issue) {
        std::string chain;
        for (const std::size_t vertex : issue.path)
            chain += (chain.empty() ? "" : " -> ") + graph_.vertices()[vertex].id;
        problems_.error(input(issue),
                        fmt::format("Cyclic dependency detected in the chain [ {} ]", chain),
                        "closes the cycle");
    }

    const config::Configuration& configuration_;
    const Graph& graph_;
    config::Problems& problems_;
};

}  // namespace

Graph resolve_graph(const config::Configuration& configuration, config::Problems& problems) {
    std::vector<Vertex> vertices;
    for (const config::Component& component : configuration.components) {
        Vertex vertex{component.id.value,
                      component.kind,
                      component.shape.outputs,
                      component.shape.accepts,
                      {},
                      false,
                      component.shape.fallback ? component.shape.fallback->value : std::string()};
        if (!component.available && component.kind != config::ComponentKind::Sink) {
            vertex.outputs = {{.name = "", .types = config::EventTypes::All, .optional = true}};
            vertex.open_outputs = true;
        }
        for (const auto& input : component.inputs)
            vertex.inputs.push_back(input.value);
        vertices.push_back(std::move(vertex));
    }
    const bool relaxed =
        configuration.globals.wildcard_matching == config::WildcardMatching::Relaxed;
    std::vector<GraphIssue> issues;
    Graph graph = Graph::resolve(
        std::move(vertices),
        relaxed ? Graph::UnmatchedWildcard::Allowed : Graph::UnmatchedWildcard::Issue, issues);
    IssueReporter reporter(configuration, graph, problems);
    for (const GraphIssue& issue : issues)
        reporter.report(issue);
    return graph;
}

}  // namespace engine::topology
