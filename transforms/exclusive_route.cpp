#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "engine/component/measure_cpu_usage.hpp"
#include "engine/component/registry.hpp"
#include "engine/vrl/condition.hpp"

// Gives each event to one output: the first whose condition holds for it, else `_unmatched`.
// Outputs share the batch: what they hold of it is a selection.
namespace engine {
namespace {

constexpr std::string_view unmatched_output = "_unmatched";

struct NamedRoute {
    config::Located<std::string> name;
    config::ConditionSource condition;
};

struct Options {
    std::vector<NamedRoute> routes;
    bool measure_cpu_usage = false;
};

void check_names(const Options& options, const config::Node& node, config::OptionContext& context) {
    std::set<std::string_view> seen;
    std::set<std::string> repeated;
    for (const NamedRoute& route : options.routes) {
        if (route.name.value == unmatched_output) {
            context.error(route.name.location,
                          fmt::format("Using reserved '{}' name.", unmatched_output));
        }
        if (!seen.insert(route.name.value).second) {
            repeated.insert(route.name.value);
        }
    }
    if (!repeated.empty()) {
        const config::Node::Entry* routes = node.find("routes");
        context.error(routes->value.location(),
                      fmt::format("Found routes with duplicate names: [\"{}\"]",
                                  fmt::join(repeated, "\", \"")));
    }
}

config::OptionTable<Options> options() {
    using namespace config;
    const OptionTable<NamedRoute> route = {
        required("name", &NamedRoute::name, "Name of the output.", located(type_of<std::string>()))
            .example("\"errors\""),
        required("condition", &NamedRoute::condition,
                 "Events for which this is true, and no earlier one was, go to the output.")
            .example("'.level == \"error\"'"),
    };
    return OptionTable<Options>{
        required("routes", &Options::routes, "Outputs with their conditions, in order.",
                 array_of(route.type()))
            .example("[{ name = \"errors\", condition = '.level == \"error\"' }]"),
        component::measure_cpu_usage(&Options::measure_cpu_usage),
    }
        .check(check_names);
}

config::ComponentShape shape(const Options& options) {
    config::ComponentShape shape;
    std::set<std::string_view> seen{unmatched_output};
    for (const NamedRoute& route : options.routes) {
        if (seen.insert(route.name.value).second) {
            shape.outputs.push_back({route.name.value});
        }
    }
    shape.outputs.push_back({std::string(unmatched_output)});
    return shape;
}

class ExclusiveRoute final : public component::Transform {
public:
    explicit ExclusiveRoute(std::vector<vrl::Condition> conditions)
        : conditions_(std::move(conditions)) {}

    void start(const component::RunContext&) override {}

    void process(Delivery delivery, component::TransformOutputs& outputs) const override {
        const std::size_t count = delivery.batch->size();
        // Positions that no condition has held for yet; each route takes its share of them.
        std::vector<std::uint32_t> remaining(count);
        for (std::uint32_t event = 0; event < count; ++event) {
            remaining[event] = event;
        }
        std::vector<std::uint32_t> chosen;
        for (std::size_t route = 0; route < conditions_.size() && !remaining.empty(); ++route) {
            chosen.clear();
            std::erase_if(remaining, [&](std::uint32_t event) {
                const bool matches = conditions_[route].matches(*delivery.batch, event);
                if (matches) {
                    chosen.push_back(event);
                }
                return matches;
            });
            emit(outputs, route, delivery, chosen);
        }
        emit(outputs, conditions_.size(), std::move(delivery), remaining);
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
};

std::unique_ptr<component::Transform> build(Options options, component::BuildContext& context) {
    std::vector<vrl::Condition> conditions;
    const config::OptionPath table(context.problems, "routes");
    for (const NamedRoute& route : options.routes) {
        const config::OptionPath path(context.problems, route.name.value);
        auto condition =
            vrl::Condition::compile(route.condition, {}, context.globals, context.problems);
        if (condition) {
            conditions.push_back(std::move(*condition));
        }
    }
    if (conditions.size() < options.routes.size()) {
        return nullptr;
    }
    return std::make_unique<ExclusiveRoute>(std::move(conditions));
}

}  // namespace
}  // namespace engine

ENGINE_REGISTER_TRANSFORM(engine::Options,
                          {.type = "exclusive_route",
                           .summary = "Gives each event to the first output whose condition holds.",
                           .options = engine::options,
                           .build = engine::build,
                           .shape = engine::shape})
