#pragma once

#include <random>

namespace engine::vrl {

/// The calling thread's generator, seeded by the system. Not for keys: see OpenSSL's RAND_bytes.
[[nodiscard]] std::mt19937_64& random_engine();

}  // namespace engine::vrl
