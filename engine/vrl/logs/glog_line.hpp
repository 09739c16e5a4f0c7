#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/vrl/function.hpp"
#include "engine/vrl/regex/regex.hpp"

namespace engine::vrl {

/// The object of a line of glog's family, matched by `line_regex` with the groups level, timestamp,
/// id, file, line and message, in this order; null where it does not match. `year` (or nothing)
/// stands before the time when it is read by `time_format`, in `zone`.
[[nodiscard]] std::optional<Value> parse_glog_line(Call& call, const regex::Regex& line_regex,
                                                   std::string_view year,
                                                   std::string_view time_format,
                                                   absl::TimeZone zone);
/// Type of that object.
[[nodiscard]] Type glog_line_type();

}  // namespace engine::vrl
