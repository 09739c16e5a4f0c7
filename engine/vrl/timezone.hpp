#pragma once

#include <absl/time/time.h>

#include <optional>
#include <string>

namespace engine::vrl {

/// The zone that a `timezone` option names: `local`, or a name of the time zone database (the
/// option table has checked that it exists); UTC where unset, as the reference has it.
[[nodiscard]] absl::TimeZone timezone_of(const std::optional<std::string>& name);

}  // namespace engine::vrl
