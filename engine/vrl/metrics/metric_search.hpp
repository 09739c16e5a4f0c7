#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/event/value.hpp"
#include "engine/telemetry/metrics.hpp"
#include "engine/vrl/function.hpp"

namespace engine::vrl {

/// One of the process's own metrics, as it stands now.
struct FoundMetric {
    std::string name;
    telemetry::Tags tags;
    std::string_view type;  // `counter` or `gauge`
    double value = 0;
};

/// The metrics of that name that have these tags (an object, or failure for none in particular); a
/// `*` in a tag's value stands for any text. Any thread; locks the registry.
[[nodiscard]] std::vector<FoundMetric> find_metrics(std::string_view name, const Value& tags);

/// `{ "kind": …, "name": …, "tags": …, "type": …, "value": … }`
[[nodiscard]] Value metric_object(const FoundMetric& metric, Arena& arena);
[[nodiscard]] Type metric_type();

/// Refuses the call where programs have no metrics to look at.
[[nodiscard]] Prepared require_metrics(Preparation& call);

}  // namespace engine::vrl
