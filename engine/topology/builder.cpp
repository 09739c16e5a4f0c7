#include <fmt/format.h>

#include <map>

#include "engine/component/registry.hpp"
#include "engine/topology/partition_coverage.hpp"
#include "engine/topology/running_components.hpp"

// Configuration to objects, in three passes: build each component (upstream before downstream, so
// that each can know what comes to it), connect the stages along the edges, then tell each source
// what is downstream of it. Building does not touch the environment, so that `validate` does
// exactly this.
namespace engine::topology {

class TopologyBuilder {
public:
    TopologyBuilder(const config::Configuration& configuration, const Graph& graph,
                    config::Problems& problems)
        : configuration_(configuration),
          graph_(graph),
          problems_(problems),
          topology_(new Topology(configuration)),
          facts_(graph.vertices().size()) {}

    std::unique_ptr<Topology> build() {
        for (const std::size_t vertex : graph_.order()) {
            build_component(vertex);
        }
        if (problems_.has_errors()) {
            return nullptr;
        }
        connect();
        describe_downstream();
        warn_of_uncovered_partitions();
        warn_of_refused_requests();
        warn_of_lost_dead_letters();
        return std::move(topology_);
    }

private:
    using RunningSource = Topology::RunningSource;
    using RunningTransform = Topology::RunningTransform;
    using RunningSink = Topology::RunningSink;

    [[nodiscard]] const config::Component& component_of(std::size_t vertex) const {
        return *configuration_.find(graph_.vertices()[vertex].id);
    }

    component::GraphFacts incoming_facts(std::size_t vertex) const {
        component::GraphFacts facts;
        for (const Edge& edge : graph_.incoming(vertex)) {
            facts.requests_upstream |= facts_[edge.from].requests_upstream;
            if (!facts.partitions) {
                facts.partitions = facts_[edge.from].partitions;
            }
        }
        return facts;
    }

    void build_component(std::size_t vertex) {
        const config::Component& config = component_of(vertex);
        config::OptionContext context(config.path(), problems_);
        component::BuildContext build{config.id.value, configuration_.globals, context,
                                      incoming_facts(vertex), config.options.location()};
        facts_[vertex] = build.graph;
        const std::size_t errors = problems_.error_count();
        switch (config.kind) {
            case config::ComponentKind::Source:
                if (auto source = make<component::Source>(config, build)) {
                    facts_[vertex].requests_upstream = source->provides_requests();
                    sources_[vertex] = &topology_->sources_.emplace_back(config, std::move(source));
                }
                break;
            case config::ComponentKind::Transform:
                if (auto transform = make<component::Transform>(config, build)) {
                    if (transform->partitions()) {
                        facts_[vertex].partitions = transform->partitions();
                    }
                    transforms_[vertex] =
                        &topology_->transforms_.emplace_back(config, std::move(transform));
                }
                break;
            case config::ComponentKind::Sink:
                if (auto sink = make<component::Sink>(config, build)) {
                    RunningSink& running = topology_->sinks_.emplace_back(config, std::move(sink));
                    running.stage.metrics = &running.metrics;
                    if (config.condition) {
                        running.stage.condition = compile_condition(config, build);
                    }
                    sinks_[vertex] = &running;
                }
                break;
        }
        if (problems_.error_count() > errors) {
            // What it would have brought is unknown: nothing behind it is to be blamed for that.
            facts_[vertex].requests_upstream = true;
            facts_[vertex].partitions = facts_[vertex].partitions.value_or(1);
        }
    }

    template <typename C>
    std::unique_ptr<C> make(const config::Component& config, component::BuildContext& context) {
        const auto* registration = component::Registry<C>::instance().find(config.type.value);
        return registration->build(config.options, context);
    }

    static std::optional<vrl::Condition> compile_condition(const config::Component& config,
                                                           component::BuildContext& build) {
        const config::OptionPath path(build.problems, "condition");
        vrl::ConditionScope scope;
        scope.request = true;
        scope.partition = build.graph.partitions.has_value();
        return vrl::Condition::compile(*config.condition, scope, build.globals, build.problems);
    }

    void connect() {
        for (auto& [vertex, source] : sources_) {
            connect_output(vertex, 0, source->output, source->metrics);
            source->entrance.emplace(source->output, source->config.id.value,
                                     source->config.type.value, source->metrics,
                                     source->source->answers_clients() ? buffer::Patience::Limited
                                                                       : buffer::Patience::Endless);
        }
        for (auto& [vertex, sink] : sinks_) {
            connect_sink(vertex, *sink);
        }
        for (auto& [vertex, running] : transforms_) {
            running->stage.transform = running->transform.get();
            running->stage.metrics = &running->metrics;
            const std::size_t outputs = graph_.vertices()[vertex].outputs.size();
            running->stage.outputs.resize(outputs);
            for (std::size_t i = 0; i < outputs; ++i) {
                connect_output(vertex, i, running->stage.outputs[i], running->metrics);
            }
        }
    }

    /// What a sink passes on, and to whom.
    void connect_sink(std::size_t vertex, RunningSink& sink) {
        const auto& outputs = graph_.vertices()[vertex].outputs;
        for (std::size_t i = 0; i < outputs.size(); ++i) {
            OutputStage& stage = sink.outputs.emplace_back();
            connect_output(vertex, i, stage, sink.metrics);
            if (!stage.consumers.empty()) {
                (outputs[i].internal ? sink.fallback : sink.rejected).emplace(stage);
            }
        }
        for (const std::size_t below : graph_.downstream(vertex)) {
            if (const auto found = sinks_.find(below); found != sinks_.end()) {
                found->second->feeders.push_back(&sink);
            }
        }
    }

    void connect_output(std::size_t vertex, std::size_t output, OutputStage& stage,
                        telemetry::ComponentMetrics& metrics) {
        auto& registry = telemetry::MetricsRegistry::instance();
        const std::string& name = graph_.vertices()[vertex].outputs[output].name;
        const telemetry::Tags tags = metrics.with({{"output", name.empty() ? "_default" : name}});
        stage.sent_events = &registry.counter("component_sent_events_total", tags);
        stage.sent_event_bytes = &registry.counter("component_sent_event_bytes_total", tags);
        for (const Edge& edge : graph_.outgoing(vertex)) {
            if (edge.output != output) {
                continue;
            }
            if (const auto sink = sinks_.find(edge.to); sink != sinks_.end()) {
                stage.consumers.emplace_back(&sink->second->stage);
            } else {
                stage.consumers.emplace_back(&transforms_.at(edge.to)->stage);
            }
        }
    }

    void describe_downstream() {
        for (auto& [vertex, source] : sources_) {
            for (const std::size_t below : graph_.downstream(vertex)) {
                if (const auto sink = sinks_.find(below); sink != sinks_.end()) {
                    const component::Sink& object = *sink->second->sink;
                    // A client that waits for room can be told that there is none only when its
                    // answer waits for the buffer to take the events.
                    source->acknowledge |= object.acknowledges() ||
                                           sink->second->config.buffer.durable() ||
                                           source->source->answers_clients();
                    source->forwards_requests |= object.forwards_requests();
                    source->envelope_needed |=
                        object.reads_request() || (sink->second->stage.condition &&
                                                   sink->second->stage.condition->reads_request());
                } else {
                    source->envelope_needed |= transforms_.at(below)->transform->reads_request();
                }
            }
        }
    }

    void warn_of_uncovered_partitions() const {
        PartitionConsumers consumers;
        consumers.condition = [this](std::size_t vertex) -> const vrl::Condition* {
            const auto& condition = sinks_.at(vertex)->stage.condition;
            return condition ? &*condition : nullptr;
        };
        consumers.renumbers = [this](std::size_t vertex) {
            return transforms_.at(vertex)->transform->partitions().has_value();
        };
        for (const auto& [vertex, running] : transforms_) {
            const auto partitions = running->transform->partitions();
            if (!partitions) {
                continue;
            }
            const auto missing = uncovered_partitions(graph_, vertex, *partitions, consumers);
            if (!missing.empty()) {
                problems_.warning(
                    running->config.id.location,
                    fmt::format("{}: no sink takes {} {}", running->config.title(),
                                missing.size() == 1 ? "partition" : "partitions", list_of(missing)),
                    "their events go nowhere");
            }
        }
    }

    void warn_of_lost_dead_letters() const {
        for (const auto& [vertex, sink] : sinks_) {
            const config::Node::Entry* option = sink->config.options.find("on_exhausted");
            if (option != nullptr && !sink->rejected &&
                option->value.is(config::Node::Kind::String) &&
                option->value.as_string() == "dead_letter") {
                problems_.warning(
                    option->value.location(),
                    fmt::format("{}: nothing takes its dead letters: they are dropped",
                                sink->config.title()),
                    fmt::format("`inputs = [\"{}.rejected\"]` of another component "
                                "takes them",
                                sink->config.id.value));
            }
        }
    }

    void warn_of_refused_requests() const {
        for (const auto& [vertex, source] : sources_) {
            const std::vector<std::string> limits = source->source->request_limits();
            if (limits.empty()) {
                continue;
            }
            std::vector<std::string> forwarding;
            for (const std::size_t below : graph_.downstream(vertex)) {
                const auto sink = sinks_.find(below);
                if (sink != sinks_.end() && sink->second->sink->forwards_requests()) {
                    forwarding.push_back(sink->second->config.id.value);
                }
            }
            if (!forwarding.empty()) {
                problems_.warning(
                    source->config.id.location,
                    fmt::format("{} takes only requests with {}: no others reach \"{}\"",
                                source->config.title(), fmt::join(limits, " and "),
                                fmt::join(forwarding, "\", \"")),
                    {}, "`method = \"ANY\"` and `strict_path = false` take every request");
            }
        }
    }

    const config::Configuration& configuration_;
    const Graph& graph_;
    config::Problems& problems_;
    std::unique_ptr<Topology> topology_;
    std::vector<component::GraphFacts> facts_;  // of what leaves each vertex
    std::map<std::size_t, RunningSource*> sources_;
    std::map<std::size_t, RunningTransform*> transforms_;
    std::map<std::size_t, RunningSink*> sinks_;
};

std::unique_ptr<Topology> Topology::build(const config::Configuration& configuration,
                                          const Graph& graph, config::Problems& problems) {
    return TopologyBuilder(configuration, graph, problems).build();
}

}  // namespace engine::topology
