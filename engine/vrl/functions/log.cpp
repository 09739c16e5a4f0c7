#include <atomic>
#include <chrono>

#include "engine/telemetry/log.hpp"
#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

using telemetry::LogLevel;

constexpr std::string_view target = "engine::vrl::log";

std::int64_t now_seconds() {
    return std::chrono::duration_cast<std::chrono::seconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

/// What one call in a program has written lately. Counts for all threads together.
class LogSite {
public:
    explicit LogSite(LogLevel level) : level_(level) {}

    [[nodiscard]] LogLevel level() const { return level_; }
    /// Whether the message may be written: one does in each window of so many seconds.
    /// `suppressed` is how many did not since.
    bool admits(std::int64_t window, std::uint64_t& suppressed) const {
        const std::int64_t now = now_seconds();
        std::int64_t last = last_.load(std::memory_order_relaxed);
        if ((window > 0 && now - last < window) || !last_.compare_exchange_strong(last, now)) {
            suppressed_.fetch_add(1, std::memory_order_relaxed);
            return false;
        }
        suppressed = suppressed_.exchange(0, std::memory_order_relaxed);
        return true;
    }

private:
    LogLevel level_;
    static constexpr std::int64_t never = -(std::int64_t{1} << 62);
    mutable std::atomic<std::int64_t> last_{never};
    mutable std::atomic<std::uint64_t> suppressed_{0};
};

LogLevel level_named(std::string_view name) {
    if (name == "trace") {
        return LogLevel::Trace;
    }
    if (name == "debug") {
        return LogLevel::Debug;
    }
    if (name == "warn") {
        return LogLevel::Warn;
    }
    return name == "error" ? LogLevel::Error : LogLevel::Info;
}

Prepared prepare(Preparation& call) {
    return std::make_shared<const LogSite>(level_named(call.constant(1)->as_bytes()));
}

Value run(Call& call) {
    const auto& site = *call.state<LogSite>();
    std::uint64_t suppressed = 0;
    if (!telemetry::log_enabled(site.level(), target) ||
        !site.admits(call.integer(2), suppressed)) {
        return Value::null();
    }
    const std::string text = call[0].is_bytes() ? std::string(call.bytes(0)) : display(call[0]);
    const telemetry::Logger logger;
    if (suppressed > 0) {
        logger.log(site.level(), target,
                   fmt::format("Internal log [{}] has been suppressed {} times.", text, suppressed),
                   {}, telemetry::RateLimit::Unlimited);
    }
    logger.log(site.level(), target, text, {}, telemetry::RateLimit::Unlimited);
    return Value::null();
}

const Function log_function{
    .name = "log",
    .category = "Debug",
    .summary = "Writes the value to the process's own log.",
    .parameters = {required("value", kinds::any, "What to write."),
                   optional("level", kinds::bytes, "How important it is.", Value::bytes("info"))
                       .literal()
                       .one_of({"trace", "debug", "info", "warn", "error"}),
                   optional("rate_limit_secs", kinds::integer,
                            "Seconds in which this call writes once; 0 for no limit.",
                            Value::integer(1))},
    .returns = kinds::null,
    .pure = false,
    .deterministic = false,
    .examples = {{"A message", R"(log("hello"))", R"(null)"},
                 {"An error", R"(log({"a": 1}, level: "error"))", R"(null)"},
                 {"Rarely", R"(log("hello", level: "debug", rate_limit_secs: 60))", R"(null)"}},
    .prepare = prepare,
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(log_function);
}  // namespace engine::vrl
