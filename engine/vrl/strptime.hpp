#pragma once

#include <absl/time/time.h>

#include <expected>
#include <string_view>

#include "engine/event/value.hpp"

namespace engine::vrl {

/// The time that `text` expresses by a format of chrono's kind. Where the format names no offset,
/// it is local time of `zone`. The error is the reference's text, a literal.
[[nodiscard]] std::expected<Timestamp, std::string_view> parse_time(std::string_view text,
                                                                    std::string_view format,
                                                                    const absl::TimeZone& zone);

/// Whether a calendar of the reference's range (years -262143 to 262142) has this second.
[[nodiscard]] bool is_representable_second(std::int64_t seconds);

}  // namespace engine::vrl
