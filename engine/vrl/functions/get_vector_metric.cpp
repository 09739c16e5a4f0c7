#include "engine/vrl/function.hpp"
#include "engine/vrl/metrics/metric_search.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    const std::vector<FoundMetric> found = find_metrics(call.bytes(0), call[1]);
    return found.empty() ? Value::null() : metric_object(found.front(), call.arena());
}

const Function get_vector_metric_function{
    .name = "get_vector_metric",
    .category = "Metrics",
    .summary = "The first of the process's own metrics of that name, or null.",
    .parameters = {required("key", kinds::bytes, "The metric's name."),
                   optional("tags", kinds::object,
                            "Tags that it must have; `*` in one stands for any text.")},
    .returns = kinds::object | kinds::null,
    .type = [](const CallTypes&) { return metric_type().unite(Type(kinds::null)); },
    .deterministic = false,
    .examples = {{"No such metric", R"(get_vector_metric("no_such_metric"))", R"(null)"},
                 {"Nor with tags",
                  R"(get_vector_metric("no_such_metric", tags: {"component_id": "in"}))",
                  R"(null)"},
                 {"Its value, or a default", R"(get_vector_metric("no_such_metric").value || 0)",
                  R"(0)"}},
    .prepare = require_metrics,
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(get_vector_metric_function);
}  // namespace engine::vrl
