#include <fmt/format.h>

#include <algorithm>

#include "engine/component/measure_cpu_usage.hpp"
#include "engine/component/registry.hpp"
#include "engine/vrl/condition.hpp"

// Gives each event to every output whose condition holds for it, and to `_unmatched` when none
// does. Outputs share the batch: what they hold of it is a selection.
namespace engine {
namespace {

constexpr std::string_view unmatched_output = "_unmatched";

struct NamedRoute {
    config::Located<std::string> name;
    config::ConditionSource condition;
};

struct Options {
    std::vector<NamedRoute> route;  // in the order of the file
    bool reroute_unmatched = true;
    bool measure_cpu_usage = false;
};

bool is_reserved(std::string_view name) {
    return name == unmatched_output || name == "_default";
}

/// A table of conditions, whose order is kept.
config::Type<std::vector<NamedRoute>> routes_type() {
    const auto condition = config::type_of<config::ConditionSource>();
    config::Type<std::vector<NamedRoute>> type;
    type.description.kind = config::TypeDescription::Kind::Map;
    type.description.parts.push_back(condition.description);
    type.show = [](const std::vector<NamedRoute>&) { return std::string("{}"); };
    type.read = [read = condition.read](const config::Node& node, std::vector<NamedRoute>& routes,
                                        config::OptionContext& context) {
        if (!config::option_type::expect_table(node, context)) {
            return false;
        }
        bool good = true;
        for (const config::Node::Entry& entry : node.entries()) {
            const config::OptionPath path(context, entry.key);
            NamedRoute& route = routes.emplace_back();
            route.name = {entry.key, entry.key_location};
            if (is_reserved(entry.key)) {
                context.error(
                    entry.key_location,
                    fmt::format("cannot have a named output with reserved name: `{}`", entry.key));
                good = false;
            }
            good &= read(entry.value, route.condition, context);
        }
        return good;
    };
    return type;
}

config::OptionTable<Options> options() {
    using namespace config;
    return {
        required("route", &Options::route,
                 "Conditions by the name of the output that takes the events they hold for.",
                 routes_type())
            .example("{ errors = '.level == \"error\"' }"),
        optional("reroute_unmatched", &Options::reroute_unmatched,
                 "Whether events that no condition holds for go to the output `_unmatched` rather "
                 "than being dropped."),
        component::measure_cpu_usage(&Options::measure_cpu_usage),
    };
}

config::ComponentShape shape(const Options& options) {
    config::ComponentShape shape;
    for (const NamedRoute& route : options.route) {
        if (!is_reserved(route.name.value)) {
            shape.outputs.push_back({route.name.value});
        }
    }
    if (options.reroute_unmatched) {
        shape.outputs.push_back({std::string(unmatched_output)});
    }
    return shape;
}

class Route final : public component::Transform {
public:
    Route(std::vector<vrl::Condition> conditions, bool reroute_unmatched)
        : conditions_(std::move(conditions)), reroute_unmatched_(reroute_unmatched) {}

    void start(const component::RunContext& context) override { metrics_ = &context.metrics; }

    void process(Delivery delivery, component::TransformOutputs& outputs) const override {
        const std::size_t count = delivery.batch->size();
        std::vector<bool> matched(count, false);
        std::vector<std::uint32_t> positions;
        positions.reserve(count);
        for (std::size_t route = 0; route < conditions_.size(); ++route) {
            positions.clear();
            for (std::uint32_t event = 0; event < count; ++event) {
                if (conditions_[route].matches(*delivery.batch, event)) {
                    positions.push_back(event);
                    matched[event] = true;
                }
            }
            emit(outputs, route, delivery, positions);
        }
        positions.clear();
        for (std::uint32_t event = 0; event < count; ++event) {
            if (!matched[event]) {
                positions.push_back(event);
            }
        }
        if (reroute_unmatched_) {
            emit(outputs, conditions_.size(), std::move(delivery), positions);
        } else {
            metrics_->discarded_intentionally.add(positions.size());
        }
    }

    [[nodiscard]] bool reads_request() const override {
        return std::ranges::any_of(conditions_, &vrl::Condition::reads_request);
    }

private:
    static void emit(component::TransformOutputs& outputs, std::size_t output, Delivery delivery,
                     const std::vector<std::uint32_t>& positions) {
        if (positions.empty() || !outputs.connected(output)) {
            return;
        }
        if (positions.size() < delivery.batch->size()) {
            delivery.batch = Batch::select(std::move(delivery.batch), positions);
        }
        outputs.emit(output, std::move(delivery));
    }

    std::vector<vrl::Condition> conditions_;  // that of output i at i
    bool reroute_unmatched_;
    telemetry::ComponentMetrics* metrics_ = nullptr;
};

std::unique_ptr<component::Transform> build(Options options, component::BuildContext& context) {
    std::vector<vrl::Condition> conditions;
    const config::OptionPath table(context.problems, "route");
    for (const NamedRoute& route : options.route) {
        const config::OptionPath path(context.problems, route.name.value);
        auto condition =
            vrl::Condition::compile(route.condition, {}, context.globals, context.problems);
        if (condition) {
            conditions.push_back(std::move(*condition));
        }
    }
    if (conditions.size() < options.route.size()) {
        return nullptr;
    }
    return std::make_unique<Route>(std::move(conditions), options.reroute_unmatched);
}

}  // namespace
}  // namespace engine

ENGINE_REGISTER_TRANSFORM(engine::Options,
                          {.type = "route",
                           .summary = "Gives events to every output whose condition holds.",
                           .options = engine::options,
                           .build = engine::build,
                           .shape = engine::shape})
