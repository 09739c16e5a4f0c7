#include "engine/vrl/timezone.hpp"

namespace engine::vrl {

absl::TimeZone timezone_of(const std::optional<std::string>& name) {
    if (!name) {
        return absl::UTCTimeZone();
    }
    if (*name == "local") {
        return absl::LocalTimeZone();
    }
    absl::TimeZone zone;
    return absl::LoadTimeZone(*name, &zone) ? zone : absl::UTCTimeZone();
}

}  // namespace engine::vrl
