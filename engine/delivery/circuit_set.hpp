#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <stop_token>
#include <string>
#include <unordered_map>

#include "engine/component/context.hpp"
#include "engine/delivery/circuit.hpp"
#include "engine/io/event.hpp"

namespace engine::delivery {

/// The circuits of a sink's destinations, who waits for them, their metrics and log lines. Holds
/// only destinations that have failed: of a healthy one nothing is kept. Belongs to the sink's
/// strand.
class CircuitSet {
public:
    /// `single` names the destination of requests that name none.
    CircuitSet(component::SinkContext& context, std::string single)
        : context_(context), single_(std::move(single)) {}

    [[nodiscard]] bool admits(const std::string& destination, TimePoint now,
                              std::uint64_t request) const;
    [[nodiscard]] bool is_open(const std::string& destination) const;
    /// An attempt begins that was admitted.
    void begin(const std::string& destination, std::uint64_t request);
    void withdraw(const std::string& destination, std::uint64_t request);
    void record(const std::string& destination, std::uint64_t request, const std::string& key,
                const Attempt& attempt, TimePoint now, const BackoffOptions& backoff);

    /// Until when the one who watches the clock sleeps, or until `stop`.
    struct Watch {
        TimePoint until;
        std::stop_token stop;
    };
    /// The watch, unless somebody has it or a probe is under way: then the caller waits to be
    /// woken. Who takes it calls `watched` afterwards.
    [[nodiscard]] std::optional<Watch> watch(const std::string& destination);
    void watched(const std::string& destination);
    void add_waiter(const std::string& destination, io::Event& waiter);
    /// Everybody looks again: something else has changed.
    void wake_all();

private:
    struct Entry {
        Circuit circuit;
        std::deque<io::Event*> waiting;
        bool watched = false;
        std::stop_source stop_watching;
        telemetry::Gauge* state = nullptr;  // of one that has been open
        telemetry::Counter* probes = nullptr;
    };
    using Entries = std::unordered_map<std::string, Entry>;

    void opened(const std::string& destination, Entry& entry);
    static void wake(Entry& entry);
    static void wake_one(Entry& entry);

    [[nodiscard]] const std::string& name_of(const std::string& destination) const {
        return destination.empty() ? single_ : destination;
    }

    component::SinkContext& context_;
    std::string single_;
    Entries entries_;
};

}  // namespace engine::delivery
