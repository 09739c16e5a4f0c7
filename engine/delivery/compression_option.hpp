#pragma once

#include "engine/codec/compression.hpp"
#include "engine/config/options.hpp"

namespace engine::delivery {

/// A sink's `compression`: a word, or `{ algorithm, level }`.
[[nodiscard]] config::Type<Compression> compression_option();

}  // namespace engine::delivery
