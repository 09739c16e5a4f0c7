#include "engine/vrl/function.hpp"
#include "engine/vrl/metrics/metric_search.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    const std::vector<FoundMetric> found = find_metrics(call.bytes(0), call[1]);
    ArrayNode* metrics = new_array(found.size(), call.arena());
    for (const FoundMetric& metric : found) {
        metrics->items[metrics->size++] = metric_object(metric, call.arena());
    }
    return Value::array(metrics);
}

const Function find_vector_metrics_function{
    .name = "find_vector_metrics",
    .category = "Metrics",
    .summary = "All of the process's own metrics of that name.",
    .parameters = {required("key", kinds::bytes, "The metrics' name."),
                   optional("tags", kinds::object,
                            "Tags that it must have; `*` in one stands for any text.")},
    .returns = kinds::array,
    .type = [](const CallTypes&) { return Type::array_of(metric_type()); },
    .deterministic = false,
    .examples = {{"No such metrics", R"(find_vector_metrics("no_such_metric"))", R"([])"},
                 {"Nor with tags",
                  R"(find_vector_metrics("no_such_metric", tags: {"component_id": "in-*"}))",
                  R"([])"},
                 {"How many", R"(length(find_vector_metrics("no_such_metric")))", R"(0)"}},
    .prepare = require_metrics,
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(find_vector_metrics_function);
}  // namespace engine::vrl
