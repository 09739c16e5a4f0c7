#pragma once

#include <array>
#include <string_view>

namespace engine::vrl {

/// Names of syslog's facilities and severities by code (RFC 5424, tables 1 and 2).
inline constexpr std::array<std::string_view, 24> syslog_facilities = {
    "kern",   "user",   "mail",     "daemon", "auth",   "syslog",   "lpr",     "news",
    "uucp",   "cron",   "authpriv", "ftp",    "ntp",    "security", "console", "solaris-cron",
    "local0", "local1", "local2",   "local3", "local4", "local5",   "local6",  "local7"};
inline constexpr std::array<std::string_view, 8> syslog_severities = {
    "emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"};

}  // namespace engine::vrl
