#pragma once

#include <span>
#include <string_view>

namespace engine::vrl {

/// Splits an access log line of the ordinary form
/// `host identity user [time] "METHOD path protocol" status size` without a regular expression:
/// printable ASCII, single spaces, nothing quoted within. `groups` (the whole line, then the ten
/// groups of `common_log_format`) get what its pattern would find there. False for any other line:
/// whether it is malformed only the pattern can tell.
[[nodiscard]] bool split_access_line(std::string_view line, std::span<std::string_view> groups);

}  // namespace engine::vrl
