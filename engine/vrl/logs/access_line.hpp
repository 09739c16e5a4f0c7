#pragma once

#include <span>
#include <string_view>

namespace engine::vrl {

// Recognisers of access log lines of the ordinary form, without a regular expression. Each fills
// `groups` (the whole line, then the groups of its format's pattern) with what the pattern would
// find there. False for any other line: whether it is malformed only the pattern can tell.

/// Apache's `host identity user [time] "METHOD path protocol" status size`: printable ASCII, single
/// spaces, nothing quoted within.
[[nodiscard]] bool split_common_line(std::string_view line, std::span<std::string_view> groups);

/// The same and `"referrer" "agent"`, in which anything but quotes may stand.
[[nodiscard]] bool split_combined_line(std::string_view line, std::span<std::string_view> groups);

/// nginx's `client - user [time] "request" status size "referer" "agent"` and maybe
/// `"compression"`.
[[nodiscard]] bool split_nginx_combined_line(std::string_view line,
                                             std::span<std::string_view> groups);

/// nginx's `main`: the same with `"forwarded for"` at the end.
[[nodiscard]] bool split_nginx_main_line(std::string_view line, std::span<std::string_view> groups);

/// The line that ingress-nginx writes: request and upstream, with lengths and durations.
[[nodiscard]] bool split_ingress_line(std::string_view line, std::span<std::string_view> groups);

}  // namespace engine::vrl
