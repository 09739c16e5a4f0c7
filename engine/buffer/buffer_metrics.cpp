#include "engine/buffer/buffer_metrics.hpp"

#include <algorithm>

namespace engine::buffer {

telemetry::Tags buffer_tags(const telemetry::ComponentMetrics& metrics, std::size_t stage,
                            std::initializer_list<std::pair<std::string, std::string>> more) {
    telemetry::Tags tags = metrics.with({{"stage", std::to_string(stage)}});
    for (const auto& [key, value] : metrics.tags()) {
        if (key == "component_id") {
            tags.emplace_back("buffer_id", value);
        }
    }
    tags.insert(tags.end(), more.begin(), more.end());
    std::ranges::sort(tags);
    return tags;
}

}  // namespace engine::buffer
