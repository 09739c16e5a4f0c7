#pragma once

#include <stop_token>

namespace engine::io {

/// Asks work to end: `request_stop()` from any thread, once. Sleepers that hold the token wake.
using StopSource = std::stop_source;
using StopToken = std::stop_token;

}  // namespace engine::io
