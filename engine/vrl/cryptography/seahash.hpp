#pragma once

#include <cstdint>
#include <string_view>

namespace engine::vrl {

/// SeaHash (ticki.github.io/blog/seahash-explained) with its standard seed.
[[nodiscard]] std::uint64_t seahash_of(std::string_view bytes);

}  // namespace engine::vrl
