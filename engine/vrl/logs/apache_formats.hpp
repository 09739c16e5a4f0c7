#pragma once

#include "engine/vrl/logs/log_format.hpp"

namespace engine::vrl {

/// The time in access logs, `10/Oct/2000:13:55:36 -0700`.
inline constexpr std::string_view access_log_time = "%d/%b/%Y:%T %z";

/// Apache's `common` format.
[[nodiscard]] const LogFormat& common_log_format();
/// The same with referrer and agent.
[[nodiscard]] const LogFormat& apache_combined_format();
/// Its error log.
[[nodiscard]] const LogFormat& apache_error_format();

}  // namespace engine::vrl
