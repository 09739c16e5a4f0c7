#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

namespace engine::telemetry {

enum class LogLevel : std::uint8_t { Trace, Debug, Info, Warn, Error, Off };

/// One `key=value` of a log line.
struct LogField {
    std::string_view key;
    std::string value;
    bool quoted = false;
};
/// `key=text`, `key="text"`, `key=7`.
[[nodiscard]] LogField field(std::string_view key, std::string text);
[[nodiscard]] LogField quoted(std::string_view key, std::string_view text);
[[nodiscard]] LogField field(std::string_view key, std::int64_t number);

enum class LogFormat : std::uint8_t { Text, Json };

struct LogOptions {
    /// Directives as in `ENGINE_LOG`: `info`, or `info,engine::io=debug`.
    std::string filter = "info";
    LogFormat format = LogFormat::Text;  // text goes to stderr, JSON to stdout
    /// Window in which the same message of the same component is written once; 0 turns that off.
    std::uint32_t rate_limit_seconds = 10;
    bool color = false;
};

/// Sets what all loggers write; before threads are started.
void configure_log(const LogOptions& options);
[[nodiscard]] bool log_enabled(LogLevel level, std::string_view target);

enum class RateLimit : std::uint8_t { Limited, Unlimited };

/// Writes lines in the form of Vector's own log: time, level, span, target, message, fields. A
/// value; any thread. `target` names the code that speaks, such as `engine::delivery::retry`.
class Logger {
public:
    Logger() = default;
    /// A logger whose lines carry `kind{component_kind="kind" component_id=id
    /// component_type=type}`.
    Logger(std::string_view kind, std::string_view id, std::string_view type);

    void log(LogLevel level, std::string_view target, std::string_view message,
             std::initializer_list<LogField> fields = {},
             RateLimit limit = RateLimit::Limited) const;

    void error(std::string_view target, std::string_view message,
               std::initializer_list<LogField> fields = {}) const {
        log(LogLevel::Error, target, message, fields);
    }
    void warn(std::string_view target, std::string_view message,
              std::initializer_list<LogField> fields = {}) const {
        log(LogLevel::Warn, target, message, fields);
    }
    void info(std::string_view target, std::string_view message,
              std::initializer_list<LogField> fields = {}) const {
        log(LogLevel::Info, target, message, fields);
    }
    void debug(std::string_view target, std::string_view message,
               std::initializer_list<LogField> fields = {}) const {
        log(LogLevel::Debug, target, message, fields);
    }

private:
    struct Span {
        std::string kind, id, type;
    };
    std::shared_ptr<const Span>
        span_;  // shared: a logger is copied into every task of its component
};

}  // namespace engine::telemetry
