#pragma once

#include <absl/time/time.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
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

// What a program makes of one event could take all memory: texts that it doubles in a loop, a small
// text that expands to a large one. A run therefore ends in an error once the arena has grown by
// its allowance. Nothing is counted when something is allocated: whoever may have taken much looks
// at the arena's footprint, which changes with its blocks only. Statements and closures look after
// they ran; functions whose results may be many times as large as their arguments look on the way.
// Rejected: an exception from the arena, which would unwind through the frames of libraries in C.

/// What a run may take of its arena, and the runs over one batch together. No text is longer.
inline constexpr std::size_t memory_of_run = std::size_t{256} << 20;
inline constexpr std::size_t memory_of_batch = std::size_t{1} << 30;

/// What the next run may take of a batch's arena: a fourth of what is left, so that many large
/// events end in errors before they take all memory, and at least what ordinary events need, so
/// that those of the same batch go on.
[[nodiscard]] inline std::size_t memory_allowance(const Arena& batch) {
    constexpr std::size_t least = std::size_t{1} << 20;
    const std::size_t left = memory_of_batch - std::min(memory_of_batch, batch.footprint());
    return std::max(least, left / (memory_of_batch / memory_of_run));
}

/// What one thread needs to run programs: memory, variables and the current failure. Used by one
/// thread at a time, kept between runs; results live as long as the arena's contents.
class Context {
public:
    explicit Context(Arena& arena) : arena_(&arena) { begin_run(0, memory_of_run); }

    [[nodiscard]] Arena& arena() { return *arena_; }
    void set_arena(Arena& arena) { arena_ = &arena; }
    [[nodiscard]] Target& target() { return *target_; }
    void set_target(Target& target) { target_ = &target; }
    [[nodiscard]] Value& variable(std::size_t slot) { return variables_[slot]; }
    [[nodiscard]] const std::vector<Value>& variables() const { return variables_; }
    /// Forgets what the run before left, and lets this one take `memory` bytes of the arena.
    void begin_run(std::size_t variables, std::size_t memory) {
        variables_.assign(variables, Value::null());
        memory_ = memory;
        most_footprint_ = arena_->footprint() + memory;
        growth_ = 0;
        growth_checked_at_ = growth_interval;
    }
    void forget_variables() { variables_.clear(); }
    /// Whether the run has taken more memory than it may; it is to end in `fail_for_memory`.
    [[nodiscard]] bool out_of_memory() const { return arena_->footprint() > most_footprint_; }
    Value fail_for_memory() {
        return failf("the program takes more than {} MiB of memory for one event", memory_ >> 20);
    }
    /// What the run has taken so far.
    [[nodiscard]] std::size_t taken() const {
        return arena_->footprint() - (most_footprint_ - memory_);
    }
    /// How long a text the run may still make.
    [[nodiscard]] std::size_t room() const {
        return most_footprint_ - std::min(most_footprint_, arena_->footprint());
    }

    /// Counts what may have doubled the size of values that share parts, `doublings` times at most.
    /// True when it is time to look how large and deep they are (see growth.hpp).
    [[nodiscard]] bool growth_is_due(std::uint32_t doublings = 1) {
        growth_ += doublings;
        return growth_ >= growth_checked_at_;
    }
    /// As many doublings later it is due again.
    void growth_checked(std::uint32_t interval) { growth_checked_at_ = growth_ + interval; }
    /// Doublings since values were looked at, or since the run began.
    [[nodiscard]] std::uint32_t growth_unchecked() const {
        return growth_ + growth_interval - growth_checked_at_;
    }

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
    std::size_t memory_ = 0;
    std::size_t most_footprint_ = 0;
    static constexpr std::uint32_t growth_interval = 16;
    std::uint32_t growth_ = 0;
    std::uint32_t growth_checked_at_ = growth_interval;
};

}  // namespace engine::vrl
