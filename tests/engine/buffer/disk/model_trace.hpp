#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "tests/engine/buffer/disk/fault_file_system.hpp"

namespace engine::buffer::disk::testing {

/// One step of a client of the buffer. `value` and `events` as the kind needs them.
struct Operation {
    enum class Kind {
        Append,     // a record of `value` bytes and `events` events
        Read,       // take the next record
        Finish,     // the one in flight at index `value`, modulo how many there are
        FinishAll,  // every record in flight
        Drop,       // the oldest segment
        Settle,     // wait until the writer has nothing to do
    };
    Kind kind = Kind::Settle;
    std::uint64_t value = 0;
    std::uint64_t events = 1;
};

/// From opening the buffer to its end, with the faults that meet it: by number of the call that
/// changes something.
struct TraceSession {
    std::map<std::uint64_t, Fault> faults;
    std::uint64_t disk_capacity = 0;  // 0: ample
    std::vector<Operation> operations;
    Outage end = Outage::Kill;
    /// Bits flipped while the machine is off.
    std::vector<std::uint64_t> flips;
};

/// A run of the model from beginning to end; the same trace takes the same course, as far as the
/// writer's thread lets it. As text it is what a failing test prints and ENGINE_MODEL_TRACE reads.
struct Trace {
    std::uint64_t max_size = 0;
    bool compress = false;
    std::uint64_t sync_interval_ms = 0;
    std::uint64_t seed = 0;
    std::vector<TraceSession> sessions;
};

/// Draws traces. A third of them settles after each operation, which makes them repeatable but for
/// ledger syncs, which go by the clock and so shift the faults after them; the others leave the
/// writer to run beside the client.
class TraceGenerator {
public:
    explicit TraceGenerator(std::uint64_t seed) : random_(seed), seed_(seed) {}

    Trace draw() {
        Trace trace;
        trace.seed = seed_;
        trace.max_size = (48 + random_() % 400) * 1024;
        trace.compress = random_() % 4 == 0;
        if (random_() % 5 == 0)
            trace.sync_interval_ms = 1 + random_() % 20;
        settled_ = random_() % 3 == 0;
        drops_ = random_() % 4 == 0;
        flips_ = random_() % 6 == 0;
        for (std::uint64_t left = 2 + random_() % 5; left > 0; --left)
            trace.sessions.push_back(session(trace));
        return trace;
    }

private:
    TraceSession session(const Trace& trace) {
        TraceSession result;
        if (random_() % 3 != 0)
            result.faults[random_() % 400] = Fault::Crash;
        const std::uint64_t errors = random_() % 3 == 0 ? random_() % 8 : 0;
        const std::uint64_t slow = random_() % 8 == 0 ? 5 : 0;
        for (std::uint64_t call = 0; call < 600; ++call) {
            if (random_() % 100 < errors)
                result.faults.try_emplace(call, Fault::Error);
            else if (random_() % 10 == 0)
                result.faults.try_emplace(call, Fault::ShortWrite);
            else if (random_() % 100 < slow)
                result.faults.try_emplace(call, Fault::Slow);
        }
        if (random_() % 6 == 0)
            result.disk_capacity = 30'000 + random_() % trace.max_size;
        for (std::uint64_t left = random_() % 300; left > 0; --left) {
            result.operations.push_back(operation(trace));
            if (settled_)
                result.operations.push_back({.kind = Operation::Kind::Settle});
        }
        // With a sync interval a power cut may take what was answered; a kill may not.
        const bool kill = trace.sync_interval_ms > 0 || random_() % 2 == 0;
        result.end = kill ? Outage::Kill : Outage::PowerCut;
        if (flips_ && random_() % 2 == 0)
            result.flips.push_back(random_());
        return result;
    }

    Operation operation(const Trace& trace) {
        using Kind = Operation::Kind;
        const std::uint64_t choice = random_() % 100;
        if (choice < 36)
            return {.kind = Kind::Append, .value = size(trace), .events = 1 + random_() % 5};
        if (choice < 45)
            return {.kind = Kind::Settle};
        if (choice < 75)
            return {.kind = Kind::Read};
        if (choice < 96)
            return {.kind = Kind::Finish, .value = random_() % 3 == 0 ? random_() % 64 : 0};
        if (choice < 98 && drops_)
            return {.kind = Kind::Drop};
        return {.kind = Kind::FinishAll};
    }

    std::uint64_t size(const Trace& trace) {
        const std::uint64_t kind = random_() % 20;
        if (kind == 0)
            return random_() % (trace.max_size / 2);
        return kind < 4 ? random_() % 12'000 : random_() % 900;
    }

    std::mt19937_64 random_;
    std::uint64_t seed_;
    bool settled_ = false;
    bool drops_ = false;
    bool flips_ = false;
};

inline constexpr std::array<std::pair<Operation::Kind, const char*>, 6> operation_names{{
    {Operation::Kind::Append, "append"},
    {Operation::Kind::Read, "read"},
    {Operation::Kind::Finish, "finish"},
    {Operation::Kind::FinishAll, "finish_all"},
    {Operation::Kind::Drop, "drop"},
    {Operation::Kind::Settle, "settle"},
}};
inline constexpr std::array<std::pair<Fault, const char*>, 4> fault_names{{
    {Fault::Error, "error"},
    {Fault::ShortWrite, "short_write"},
    {Fault::Crash, "crash"},
    {Fault::Slow, "slow"},
}};

template <typename Table, typename Key>
std::string name_in(const Table& table, const Key& key) {
    for (const auto& [value, name] : table) {
        if (value == key)
            return name;
    }
    return "?";
}

inline std::string to_text(const Trace& trace) {
    std::string text = fmt::format("buffer {} {} {} {}\n", trace.max_size, trace.compress ? 1 : 0,
                                   trace.sync_interval_ms, trace.seed);
    for (const TraceSession& session : trace.sessions) {
        text += fmt::format("session {}\n", session.disk_capacity);
        for (const auto& [call, fault] : session.faults)
            text += fmt::format("fault {} {}\n", call, name_in(fault_names, fault));
        for (const Operation& step : session.operations) {
            text += fmt::format("{} {} {}\n", name_in(operation_names, step.kind), step.value,
                                step.events);
        }
        for (const std::uint64_t flip : session.flips)
            text += fmt::format("flip {}\n", flip);
        text += session.end == Outage::Kill ? "kill\n" : "power_cut\n";
    }
    return text;
}

/// The inverse; none when a line is not understood.
inline std::optional<Trace> trace_from(const std::string& text) {
    Trace trace;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::string word;
        words >> word;
        if (word.empty() || word.front() == '#')
            continue;
        if (word == "buffer") {
            words >> trace.max_size >> trace.compress >> trace.sync_interval_ms >> trace.seed;
            continue;
        }
        if (word == "session") {
            words >> trace.sessions.emplace_back().disk_capacity;
            continue;
        }
        if (trace.sessions.empty())
            return std::nullopt;
        TraceSession& session = trace.sessions.back();
        bool known = true;
        if (word == "fault") {
            std::uint64_t call = 0;
            words >> call >> word;
            known = false;
            for (const auto& [fault, name] : fault_names) {
                if (word == name) {
                    session.faults[call] = fault;
                    known = true;
                }
            }
        } else if (word == "flip") {
            words >> session.flips.emplace_back();
        } else if (word == "kill" || word == "power_cut") {
            session.end = word == "kill" ? Outage::Kill : Outage::PowerCut;
        } else {
            known = false;
            for (const auto& [kind, name] : operation_names) {
                if (word == name) {
                    Operation step{.kind = kind};
                    words >> step.value >> step.events;
                    session.operations.push_back(step);
                    known = true;
                }
            }
        }
        if (!known)
            return std::nullopt;
    }
    return trace;
}

}  // namespace engine::buffer::disk::testing
