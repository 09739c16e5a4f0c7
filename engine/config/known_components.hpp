#pragma once

#include <span>
#include <string_view>

#include "engine/config/component_catalog.hpp"

namespace engine::config {

/// Types that Vector 0.58 has, sorted, whether or not this build has them.
[[nodiscard]] std::span<const std::string_view> known_components(ComponentKind kind);
/// What an older name of a type (source `http`) is called now; other names are returned as they
/// are.
[[nodiscard]] std::string_view current_type(ComponentKind kind, std::string_view type);
[[nodiscard]] bool is_known_component(ComponentKind kind, std::string_view type);

}  // namespace engine::config
