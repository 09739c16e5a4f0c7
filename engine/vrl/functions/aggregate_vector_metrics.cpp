#include <algorithm>

#include "engine/vrl/function.hpp"
#include "engine/vrl/metrics/metric_search.hpp"

namespace engine::vrl {
namespace {

constexpr std::array<std::string_view, 4> aggregates = {"sum", "avg", "max", "min"};

/// `values` are not empty.
double aggregate(std::string_view function, const std::vector<FoundMetric>& metrics) {
    double sum = 0;
    double greatest = metrics.front().value;
    double least = metrics.front().value;
    for (const FoundMetric& metric : metrics) {
        sum += metric.value;
        greatest = std::max(greatest, metric.value);
        least = std::min(least, metric.value);
    }
    if (function == "sum") {
        return sum;
    }
    if (function == "avg") {
        return sum / static_cast<double>(metrics.size());
    }
    return function == "max" ? greatest : least;
}

// Whether there are metrics comes first, so the name is checked here rather than by `one_of`.
Prepared prepare(Preparation& call) {
    if (Prepared metrics = require_metrics(call); !metrics) {
        return metrics;
    }
    if (!call.constant(0)) {
        return std::unexpected(CompileError::unexpected_expression("function", "literal",
                                                                   form_name(*call.expression(0))));
    }
    const Value& function = *call.constant(0);
    if (std::ranges::find(aggregates, function.as_bytes()) == aggregates.end()) {
        return std::unexpected(CompileError::enum_variant("function", aggregates, function));
    }
    return nullptr;
}

Value run(Call& call) {
    const std::vector<FoundMetric> found = find_metrics(call.bytes(1), call[2]);
    return found.empty() ? Value::null() : Value::floating(aggregate(call.bytes(0), found));
}

const Function aggregate_vector_metrics_function{
    .name = "aggregate_vector_metrics",
    .category = "Metrics",
    .summary =
        "Sum, mean, greatest or least of the process's own metrics of that name; null when there "
        "are none.",
    .parameters = {required("function", kinds::bytes, "`sum`, `avg`, `max` or `min`."),
                   required("key", kinds::bytes, "The metrics' name."),
                   optional("tags", kinds::object,
                            "Tags that it must have; `*` in one stands for any text.")},
    .returns = kinds::floating | kinds::null,
    .deterministic = false,
    .examples = {{"No such metrics", R"(aggregate_vector_metrics("sum", "no_such_metric"))",
                  R"(null)"},
                 {"Nor with tags",
                  R"(aggregate_vector_metrics("avg", "no_such_metric", tags: {"host": "*"}))",
                  R"(null)"},
                 {"With a default", R"(aggregate_vector_metrics("max", "no_such_metric") || 0.5)",
                  R"(0.5)"}},
    .prepare = prepare,
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(aggregate_vector_metrics_function);
}  // namespace engine::vrl
