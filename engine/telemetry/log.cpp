#include "engine/telemetry/log.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

namespace engine::telemetry {

namespace {

using Clock = std::chrono::steady_clock;

struct Directive {
    std::string target;  // empty: every target
    LogLevel level;
};

std::optional<LogLevel> parse_level(std::string_view name) {
    static constexpr std::string_view names[] = {"trace", "debug", "info", "warn", "error", "off"};
    for (std::size_t i = 0; i < std::size(names); ++i) {
        if (std::ranges::equal(name, names[i], {},
                               [](char c) { return static_cast<char>(std::tolower(c)); })) {
            return static_cast<LogLevel>(i);
        }
    }
    return std::nullopt;
}

std::vector<Directive> parse_filter(std::string_view filter) {
    std::vector<Directive> directives;
    while (!filter.empty()) {
        const std::string_view part = filter.substr(0, filter.find(','));
        filter.remove_prefix(std::min(filter.size(), part.size() + 1));
        const std::size_t equals = part.find('=');
        const std::string_view target = equals == part.npos ? "" : part.substr(0, equals);
        if (const auto level = parse_level(equals == part.npos ? part : part.substr(equals + 1))) {
            directives.push_back({std::string(target), *level});
        } else if (equals == part.npos && !part.empty()) {
            directives.push_back({std::string(part), LogLevel::Trace});
        }
    }
    // The most specific directive decides.
    std::ranges::stable_sort(directives, std::ranges::greater{},
                             [](const Directive& d) { return d.target.size(); });
    return directives;
}

/// What one message of one component has said within the current window.
struct Window {
    Clock::time_point start;
    std::uint64_t count = 0;
};

/// The process's log. One mutex: log lines are rare by construction.
struct Log {
    std::mutex mutex;
    std::vector<Directive> directives = parse_filter("info");
    LogOptions options;
    std::unordered_map<std::string, Window> windows;

    static Log& instance() {
        static auto* log = new Log;  // never destroyed: destructors log
        return *log;
    }
};

std::string timestamp() {
    const auto now = std::chrono::system_clock::now();
    const auto seconds = std::chrono::floor<std::chrono::seconds>(now);
    const auto micros =
        std::chrono::duration_cast<std::chrono::microseconds>(now - seconds).count();
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:06}Z",
                       fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)), micros);
}

std::string_view level_name(LogLevel level) {
    static constexpr std::string_view names[] = {"TRACE", "DEBUG", "INFO", "WARN", "ERROR", "OFF"};
    return names[static_cast<std::size_t>(level)];
}

std::string_view level_color(LogLevel level) {
    static constexpr std::string_view colors[] = {"\x1b[35m", "\x1b[34m", "\x1b[32m",
                                                  "\x1b[33m", "\x1b[31m", ""};
    return colors[static_cast<std::size_t>(level)];
}

void append_json_string(std::string& out, std::string_view text) {
    out += '"';
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (c == '\n') {
            out += "\\n";
        } else if (static_cast<unsigned char>(c) < 0x20) {
            out += fmt::format("\\u{:04x}", static_cast<int>(c));
        } else {
            out += c;
        }
    }
    out += '"';
}

void write_line(LogFormat format, const std::string& line) {
    const int descriptor = format == LogFormat::Text ? STDERR_FILENO : STDOUT_FILENO;
    std::size_t written = 0;
    while (written < line.size()) {
        const ssize_t result = ::write(descriptor, line.data() + written, line.size() - written);
        if (result <= 0) {
            return;  // nowhere left to complain
        }
        written += static_cast<std::size_t>(result);
    }
}

}  // namespace

LogField field(std::string_view key, std::string text) {
    return {key, std::move(text), false};
}
LogField quoted(std::string_view key, std::string_view text) {
    return {key, std::string(text), true};
}
LogField field(std::string_view key, std::int64_t number) {
    return {key, std::to_string(number), false};
}

void configure_log(const LogOptions& options) {
    Log& log = Log::instance();
    const std::scoped_lock lock(log.mutex);
    log.options = options;
    log.directives = parse_filter(options.filter);
}

bool log_enabled(LogLevel level, std::string_view target) {
    for (const Directive& directive : Log::instance().directives) {
        if (target.starts_with(directive.target)) {
            return level >= directive.level && directive.level != LogLevel::Off;
        }
    }
    return false;
}

Logger::Logger(std::string_view kind, std::string_view id, std::string_view type)
    : span_(std::make_shared<const Span>(
          Span{std::string(kind), std::string(id), std::string(type)})) {}

namespace {

struct Line {
    std::string text;
    std::string json;
};

Line render_fields(std::initializer_list<LogField> fields) {
    Line line;
    for (const LogField& item : fields) {
        const std::string_view quote = item.quoted ? "\"" : "";
        line.text += fmt::format(" {}={}{}{}", item.key, quote, item.value, quote);
        line.json += ',';
        append_json_string(line.json, item.key);
        line.json += ':';
        append_json_string(line.json, item.quoted ? "\"" + item.value + "\"" : item.value);
    }
    return line;
}

}  // namespace

void Logger::log(LogLevel level, std::string_view target, std::string_view message,
                 std::initializer_list<LogField> fields, RateLimit limit) const {
    if (!log_enabled(level, target)) {
        return;
    }
    Log& log = Log::instance();
    const auto emit = [&](std::string_view text, std::initializer_list<LogField> its_fields) {
        const Line rendered = render_fields(its_fields);
        std::string line;
        if (log.options.format == LogFormat::Text) {
            const std::string span =
                span_ ? fmt::format(
                            "{0}{{component_kind=\"{0}\" component_id={1} component_type={2}}}: ",
                            span_->kind, span_->id, span_->type)
                      : std::string();
            line = log.options.color
                       ? fmt::format(
                             "\x1b[2m{}\x1b[0m {}{:>5}\x1b[0m {}\x1b[2m{}\x1b[0m\x1b[2m:\x1b[0m "
                             "{}{}\n",
                             timestamp(), level_color(level), level_name(level), span, target, text,
                             rendered.text)
                       : fmt::format("{} {:>5} {}{}: {}{}\n", timestamp(), level_name(level), span,
                                     target, text, rendered.text);
        } else {
            line = fmt::format("{{\"timestamp\":\"{}\",\"level\":\"{}\",\"message\":", timestamp(),
                               level_name(level));
            append_json_string(line, text);
            line += rendered.json + ",\"target\":";
            append_json_string(line, target);
            if (span_) {
                const std::string span = fmt::format(
                    R"({{"component_id":"{}","component_kind":"{}","component_type":"{}","name":"{}"}})",
                    span_->id, span_->kind, span_->type, span_->kind);
                line += ",\"span\":" + span + ",\"spans\":[" + span + "]";
            }
            line += "}\n";
        }
        write_line(log.options.format, line);
    };

    const std::scoped_lock lock(log.mutex);
    if (limit == RateLimit::Unlimited || log.options.rate_limit_seconds == 0) {
        emit(message, fields);
        return;
    }
    const auto now = Clock::now();
    const std::chrono::seconds length(log.options.rate_limit_seconds);
    const std::string key = fmt::format("{}\n{}\n{}", span_ ? span_->id : "", target, message);
    auto [found, inserted] = log.windows.try_emplace(key, Window{now, 0});
    Window& window = found->second;
    if (now - window.start >= length) {
        if (window.count > 1) {
            emit(fmt::format("Internal log [{}] has been suppressed {} times.", message,
                             window.count - 1),
                 {});
        }
        window = {now, 0};
    }
    ++window.count;
    if (window.count == 1) {
        emit(message, fields);
    } else if (window.count == 2) {
        emit(fmt::format("Internal log [{}] is being suppressed to avoid flooding.", message), {});
    }
    if (log.windows.size() > 4096) {
        std::erase_if(log.windows,
                      [&](const auto& entry) { return now - entry.second.start >= length; });
    }
}

}  // namespace engine::telemetry
