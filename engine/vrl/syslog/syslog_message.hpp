#pragma once

#include <absl/time/time.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/event/value.hpp"

namespace engine::vrl {

/// One syslog message, of RFC 5424 or RFC 3164, as lenient readers accept it. Views point into the
/// text that was parsed.
struct SyslogMessage {
    struct Element {
        std::string_view id;
        /// Values without their escapes.
        std::vector<std::pair<std::string_view, std::string>> parameters;
    };

    std::optional<int> priority;
    /// RFC 5424 only.
    std::optional<std::int64_t> version;
    Timestamp timestamp;
    std::optional<std::string_view> hostname;
    std::optional<std::string_view> appname;
    std::optional<std::string_view> procid;
    std::optional<std::string_view> msgid;
    std::vector<Element> structured_data;
    std::string_view message;
};

/// `now` gives times without a year theirs; times without an offset are local time of `zone`.
[[nodiscard]] std::optional<SyslogMessage> parse_syslog_message(std::string_view text,
                                                                const absl::TimeZone& zone,
                                                                absl::Time now);

}  // namespace engine::vrl
