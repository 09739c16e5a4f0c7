#pragma once

#include "engine/vrl/logs/log_format.hpp"

namespace engine::vrl {

/// nginx's `combined` format, which may end with the compression ratio.
[[nodiscard]] const LogFormat& nginx_combined_format();
/// Its `main` format.
[[nodiscard]] const LogFormat& nginx_main_format();
/// What ingress-nginx writes.
[[nodiscard]] const LogFormat& ingress_format();
/// nginx's error log.
[[nodiscard]] const LogFormat& nginx_error_format();

}  // namespace engine::vrl
