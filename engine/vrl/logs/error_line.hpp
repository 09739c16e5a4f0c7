#pragma once

#include <span>
#include <string_view>

namespace engine::vrl {

// Recognisers of error log lines of the ordinary form, on the terms of access_line.hpp.

/// Apache's `[time] [module:severity] [pid 1:tid 2] [client ::1:80] message`.
[[nodiscard]] bool split_apache_error_line(std::string_view line,
                                           std::span<std::string_view> groups);

/// nginx's `time [severity] 1#2: *3 message, client: c, server: s, request: "r", host: "h"`.
[[nodiscard]] bool split_nginx_error_line(std::string_view line,
                                          std::span<std::string_view> groups);

}  // namespace engine::vrl
