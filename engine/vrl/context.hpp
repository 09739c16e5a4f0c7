#pragma once

#include <absl/time/time.h>
#include <fmt/format.h>

#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/event/batch.hpp"
#include "engine/event/value.hpp"

namespace engine::vrl {

/// One event as a program sees it. The roots are copies of the batch's slots: a program changes
/// them (copying nodes that the context's arena does not own), and whoever runs it writes them back
/// when it succeeded. Lives on the stack of one run.
struct Target {
    Value event;
    Value metadata;
    EnvelopeRef envelope;
    /// Object of texts, or null when there are none.
    Value secrets;
    bool metadata_changed = false;
    bool secrets_changed = false;
    /// The event stands for a metric: what it cannot take in is not written (metric_object.hpp).
    bool metric = false;
};

/// Why an expression returned `Value::failure()`.
/// ClosureReturn: an error whose text the function that runs the closure does not extend.
enum class FailureKind : std::uint8_t { None, Error, Abort, Return, ClosureReturn };

/// What one thread needs to run programs: memory, variables and the current failure. Used by one
/// thread at a time, kept between runs; results live as long as the arena's contents.
class Context {
public:
    explicit Context(Arena& arena) : arena_(&arena) {}

    [[nodiscard]] Arena& arena() { return *arena_; }
    void set_arena(Arena& arena) { arena_ = &arena; }
    [[nodiscard]] Target& target() { return *target_; }
    void set_target(Target& target) { target_ = &target; }
    [[nodiscard]] Value& variable(std::size_t slot) { return variables_[slot]; }
    [[nodiscard]] const std::vector<Value>& variables() const { return variables_; }
    /// Counts an assignment of an array or object. True every few ones: it is time to look how
    /// deep values have become (see nesting.hpp).
    [[nodiscard]] bool nesting_is_due() { return ++container_assignments_ % 16 == 0; }
    void reset_variables(std::size_t count) { variables_.assign(count, Value::null()); }

    /// The failure that a `Value::failure()` stands for. The message lives in the arena or longer.
    Value fail(std::string_view message) { return fail(FailureKind::Error, message); }
    Value fail(FailureKind kind, std::string_view message) {
        failure_ = kind;
        message_ = message;
        return Value::failure();
    }
    /// `return value`: unwinds like a failure.
    Value leave(Value result) {
        failure_ = FailureKind::Return;
        result_ = result;
        return Value::failure();
    }
    template <typename... Arguments>
    Value failf(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
        return fail(text(format, std::forward<Arguments>(arguments)...));
    }
    /// Formatted into the arena.
    template <typename... Arguments>
    std::string_view text(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
        fmt::basic_memory_buffer<char, 256> buffer;
        fmt::format_to(fmt::appender(buffer), format, std::forward<Arguments>(arguments)...);
        return arena_->copy({buffer.data(), buffer.size()});
    }
    [[nodiscard]] FailureKind failure() const { return failure_; }
    [[nodiscard]] std::string_view message() const { return message_; }
    [[nodiscard]] Value result() const { return result_; }
    void clear_failure() { failure_ = FailureKind::None; }

    /// Of the configuration; what functions without a `timezone` argument use.
    [[nodiscard]] const absl::TimeZone& timezone() const { return timezone_; }
    void set_timezone(absl::TimeZone timezone) { timezone_ = timezone; }

private:
    Arena* arena_;
    Target* target_ = nullptr;
    std::vector<Value> variables_;
    FailureKind failure_ = FailureKind::None;
    std::string_view message_;
    Value result_;
    absl::TimeZone timezone_ = absl::UTCTimeZone();
    std::uint32_t container_assignments_ = 0;
};

}  // namespace engine::vrl
