#pragma once

#include <vector>

#include "engine/config/configuration.hpp"

namespace engine::config {

/// Reports addresses and descriptors that several components claim; an address that an unspecified
/// one ("0.0.0.0", "[::]") covers is a warning.
void check_resources(const std::vector<Component>& components, Problems& problems);

}  // namespace engine::config
