#pragma once

#include <span>
#include <string_view>

#include "engine/config/component_catalog.hpp"

namespace engine::config {

/// Types that Vector 0.58 has, sorted, whether or not this build has them.
[[nodiscard]] std::span<const std::string_view> known_components(ComponentKind kind);
[[nodiscard]] bool is_known_component(ComponentKind kind, std::string_view type);

}  // namespace engine::config
