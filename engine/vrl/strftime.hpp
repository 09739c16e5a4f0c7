#pragma once

#include <absl/time/time.h>

#include <string>
#include <string_view>

#include "engine/event/value.hpp"

namespace engine::vrl {

/// What `%Z` writes: the zone's abbreviation, or (for the process's own zone) its offset.
enum class ZoneText { Abbreviation, Offset };

/// Formats as chrono's strftime does (`%Y-%m-%d`, `%.3f`, `%:z`, `%+`, `%-d` …). False when the
/// format has an unknown specifier; `out` is then incomplete.
bool format_time(std::string_view format, Timestamp time, const absl::TimeZone& zone,
                 std::string& out, ZoneText zone_text = ZoneText::Abbreviation);

/// Whether the format has specifiers, and whether all are known.
enum class TimeFormat { Literal, Valid, Invalid };
[[nodiscard]] TimeFormat classify_time_format(std::string_view format);

/// A zone of the time zone database by its exact name; `local` is the process's.
[[nodiscard]] bool zone_named(std::string_view name, absl::TimeZone& zone);

/// The timestamp that absl's types express, and back.
[[nodiscard]] absl::Time to_absl(Timestamp time);
[[nodiscard]] Timestamp from_absl(absl::Time time);

}  // namespace engine::vrl
