#include "engine/topology/unit_test.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

#include "engine/codec/json_writer.hpp"
#include "engine/codec/metric_text.hpp"
#include "engine/component/registry.hpp"
#include "engine/topology/unit_test_event.hpp"
#include "engine/vrl/condition.hpp"

namespace engine::topology {

namespace {

/// A vertex of the graph and one of its outputs.
using OutputId = std::pair<std::size_t, std::size_t>;

/// The place that `name` ("id" or "id.output") names, of a transform.
std::optional<OutputId> find_output(const Graph& graph, std::string_view name) {
    for (std::size_t vertex = 0; vertex < graph.vertices().size(); ++vertex) {
        if (graph.vertices()[vertex].kind != config::ComponentKind::Transform) {
            continue;
        }
        for (std::size_t output = 0; output < graph.vertices()[vertex].outputs.size(); ++output) {
            if (graph.output_name(vertex, output) == name) {
                return OutputId{vertex, output};
            }
        }
    }
    return std::nullopt;
}

std::string json_of(const Batch& batch, std::size_t index) {
    ByteBuffer out;
    if (batch.kind() == EventKind::Metric) {
        write_metric_json(batch.metric(index), MetricTagValues::Single, JsonLayout::Compact, out);
    } else {
        write_json(batch.root(index), out);
    }
    return std::string(out.view());
}

std::string list_of(const std::vector<config::Located<std::string>>& names) {
    std::vector<std::string> values;
    for (const auto& name : names) {
        values.push_back(name.value);
    }
    return fmt::format("[\"{}\"]", fmt::join(values, "\", \""));
}

/// One test: first everything is built and checked, then run.
class TestRun {
public:
    TestRun(const config::UnitTest& test, const config::Configuration& configuration,
            const Graph& graph, io::Runtime& runtime, config::Problems& problems)
        : test_(test),
          configuration_(configuration),
          graph_(graph),
          runtime_(runtime),
          problems_(problems),
          context_(fmt::format("test \"{}\"", test.name.value), problems) {}

    /// Whether it can be run; reports why not.
    bool build() {
        const std::size_t errors = problems_.error_count();
        if (test_.inputs.empty()) {
            context_.error(test_.name.location, "must specify at least one input");
        }
        if (test_.outputs.empty() && test_.no_outputs_from.empty()) {
            context_.error(test_.name.location,
                           "unit test must contain at least one of `outputs` or "
                           "`no_outputs_from`");
        }
        find_places();
        build_transforms();
        for (const config::UnitTestOutput& output : test_.outputs) {
            compile_conditions(output);
        }
        return problems_.error_count() == errors;
    }

    UnitTestResult run() {
        start_transforms();
        for (std::size_t i = 0; i < events_.size(); ++i) {
            process(*insert_at_[i], {events_[i], {}});
        }
        UnitTestResult result{test_.name.value, {}};
        for (std::size_t i = 0; i < test_.outputs.size(); ++i) {
            check(i, result.failures);
        }
        for (const auto& name : test_.no_outputs_from) {
            if (!collected({name}).empty()) {
                result.failures.push_back(fmt::format(
                    "check for transforms [\"{}\"] failed: expected no outputs", name.value));
            }
        }
        return result;
    }

private:
    struct RunningTransform {
        const config::Component* config;
        std::unique_ptr<component::Transform> transform;
        std::optional<telemetry::ComponentMetrics> metrics = {};
        std::optional<component::RunContext> context = {};
    };

    /// Keeps what a transform of the test gives, and passes it on.
    class Outputs final : public component::TransformOutputs {
    public:
        Outputs(TestRun& run, std::size_t vertex) : run_(run), vertex_(vertex) {}
        using component::TransformOutputs::emit;
        void emit(std::size_t output, Delivery delivery) override {
            run_.collected_[{vertex_, output}].push_back(delivery.batch);
            for (const Edge& edge : run_.graph_.outgoing(vertex_)) {
                if (edge.output == output && run_.transforms_.contains(edge.to)) {
                    run_.process(edge.to, delivery);
                }
            }
        }
        [[nodiscard]] bool connected(std::size_t) const override { return true; }

    private:
        TestRun& run_;
        std::size_t vertex_;
    };

    void find_places() {
        for (std::size_t i = 0; i < test_.inputs.size(); ++i) {
            const config::UnitTestInput& input = test_.inputs[i];
            const auto vertex = graph_.find(input.insert_at.value);
            if (!vertex || graph_.vertices()[*vertex].kind != config::ComponentKind::Transform) {
                context_.error(input.insert_at.location,
                               fmt::format("inputs[{}]: unable to locate target transform '{}'", i,
                                           input.insert_at.value));
            }
            insert_at_.push_back(vertex);
            events_.push_back(unit_test_event(input, configuration_.globals, context_));
        }
        for (const config::UnitTestOutput& output : test_.outputs) {
            for (const auto& name : output.extract_from) {
                find_target(name, "extract_from");
            }
        }
        for (const auto& name : test_.no_outputs_from) {
            find_target(name, "no_outputs_from");
        }
    }

    void find_target(const config::Located<std::string>& name, std::string_view option) {
        const auto output = find_output(graph_, name.value);
        if (!output) {
            context_.error(name.location,
                           fmt::format("Invalid {} target in test '{}': '{}' does not exist",
                                       option, test_.name.value, name.value));
            return;
        }
        targets_.insert(output->first);
    }

    /// Those on a way from an input to an output.
    [[nodiscard]] std::set<std::size_t> needed() const {
        std::set<std::size_t> before(targets_);
        for (const std::size_t target : targets_) {
            const auto upstream = graph_.upstream(target);
            before.insert(upstream.begin(), upstream.end());
        }
        std::set<std::size_t> result;
        for (const auto& vertex : insert_at_) {
            if (!vertex) {
                continue;
            }
            std::vector<std::size_t> reached = graph_.downstream(*vertex);
            reached.push_back(*vertex);
            std::ranges::copy_if(reached, std::inserter(result, result.end()),
                                 [&](std::size_t each) { return before.contains(each); });
            result.insert(*vertex);
        }
        return result;
    }

    void build_transforms() {
        for (const std::size_t vertex : needed()) {
            const config::Component& config = *configuration_.find(graph_.vertices()[vertex].id);
            if (config.kind != config::ComponentKind::Transform) {
                continue;
            }
            config::OptionContext context(config.path(), problems_);
            component::BuildContext build{
                config.id.value, configuration_.globals, context, {}, config.options.location()};
            const auto* registration =
                component::Registry<component::Transform>::instance().find(config.type.value);
            transforms_.emplace(
                vertex, RunningTransform{&config, registration->build(config.options, build)});
        }
    }

    void compile_conditions(const config::UnitTestOutput& output) {
        std::vector<vrl::Condition>& compiled = conditions_.emplace_back();
        for (const config::ConditionSource& source : output.conditions) {
            auto condition = vrl::Condition::compile(source, {}, configuration_.globals, context_);
            if (condition) {
                compiled.push_back(std::move(*condition));
            }
        }
    }

    void start_transforms() {
        for (auto& [vertex, running] : transforms_) {
            const config::Component& config = *running.config;
            running.metrics.emplace("transform", config.id.value, config.type.value);
            running.context.emplace(component::RunContext{
                config.id.value, config.type.value, configuration_.globals, runtime_,
                runtime_.worker(0), *running.metrics,
                telemetry::Logger("transform", config.id.value, config.type.value)});
            running.transform->start(*running.context);
        }
    }

    void process(std::size_t vertex, Delivery delivery) {
        Outputs outputs(*this, vertex);
        transforms_.at(vertex).transform->process(std::move(delivery), outputs);
    }

    [[nodiscard]] std::vector<std::pair<BatchRef, std::size_t>> collected(
        const std::vector<config::Located<std::string>>& names) const {
        std::vector<std::pair<BatchRef, std::size_t>> events;
        for (const auto& name : names) {
            const auto found = collected_.find(*find_output(graph_, name.value));
            if (found == collected_.end()) {
                continue;
            }
            for (const BatchRef& batch : found->second) {
                for (std::size_t i = 0; i < batch->size(); ++i) {
                    events.emplace_back(batch, i);
                }
            }
        }
        return events;
    }

    void check(std::size_t number, std::vector<std::string>& failures) const {
        const config::UnitTestOutput& output = test_.outputs[number];
        const auto events = collected(output.extract_from);
        const std::string names = list_of(output.extract_from);
        const std::size_t before = failures.size();
        if (output.expected_event_count && *output.expected_event_count != events.size()) {
            failures.push_back(fmt::format("expected {} events from transforms {}, but received {}",
                                           *output.expected_event_count, names, events.size()));
        }
        if (events.empty()) {
            if (!output.expected_event_count) {
                failures.push_back(
                    fmt::format("checks for transforms {} failed: no events received. Topology may "
                                "be disconnected or transform is missing inputs.",
                                names));
            }
            return;
        }
        check_conditions(number, events, names, failures);
        if (failures.size() > before) {
            std::string payloads =
                fmt::format("output payloads from {} (events encoded as JSON):", names);
            for (const auto& [batch, index] : events) {
                payloads += "\n  " + json_of(*batch, index);
            }
            failures.push_back(std::move(payloads));
        }
    }

    void check_conditions(std::size_t number,
                          const std::vector<std::pair<BatchRef, std::size_t>>& events,
                          const std::string& names, std::vector<std::string>& failures) const {
        std::vector<std::string> reasons;
        for (const auto& [batch, index] : events) {
            const std::size_t before = reasons.size();
            for (std::size_t i = 0; i < conditions_[number].size(); ++i) {
                if (const auto reason = conditions_[number][i].failure(*batch, index)) {
                    reasons.push_back(fmt::format("  condition[{}]: {}", i, *reason));
                }
            }
            if (reasons.size() == before) {
                return;
            }
        }
        failures.push_back(
            fmt::format("check[{}] for transforms {} failed conditions:", number, names));
        failures.insert(failures.end(), reasons.begin(), reasons.end());
    }

    const config::UnitTest& test_;
    const config::Configuration& configuration_;
    const Graph& graph_;
    io::Runtime& runtime_;
    config::Problems& problems_;
    config::OptionContext context_;
    std::vector<std::optional<std::size_t>> insert_at_;  // of each input
    std::vector<BatchRef> events_;                       // of each input
    std::set<std::size_t> targets_;
    std::map<std::size_t, RunningTransform> transforms_;
    std::vector<std::vector<vrl::Condition>> conditions_;  // of each output
    std::map<OutputId, std::vector<BatchRef>> collected_;
};

}  // namespace

std::vector<UnitTestResult> run_unit_tests(const std::vector<config::UnitTest>& tests,
                                           const config::Configuration& configuration,
                                           const Graph& graph, config::Problems& problems) {
    io::Runtime runtime(1);
    std::vector<std::unique_ptr<TestRun>> runs;
    bool good = true;
    for (const config::UnitTest& test : tests) {
        runs.push_back(std::make_unique<TestRun>(test, configuration, graph, runtime, problems));
        good &= runs.back()->build();
    }
    std::vector<UnitTestResult> results;
    for (std::size_t i = 0; good && i < runs.size(); ++i) {
        results.push_back(runs[i]->run());
    }
    return results;
}

}  // namespace engine::topology
