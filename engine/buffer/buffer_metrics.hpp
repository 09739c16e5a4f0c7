#pragma once

#include "engine/telemetry/metrics.hpp"

namespace engine::buffer {

/// Tags of a buffer's metrics: those of its sink, the buffer's id and its stage.
[[nodiscard]] telemetry::Tags buffer_tags(
    const telemetry::ComponentMetrics& metrics, std::size_t stage,
    std::initializer_list<std::pair<std::string, std::string>> more = {});

}  // namespace engine::buffer
