#include "engine/delivery/circuit_set.hpp"

#include <utility>

namespace engine::delivery {

namespace {

constexpr std::string_view log_target = "engine::delivery::circuit";

}  // namespace

bool CircuitSet::admits(const std::string& destination, TimePoint now,
                        std::uint64_t request) const {
    if (entries_.empty()) {
        return true;
    }
    const auto found = entries_.find(destination);
    return found == entries_.end() || found->second.circuit.admits(now, request);
}

bool CircuitSet::is_open(const std::string& destination) const {
    const auto found = entries_.find(destination);
    return found != entries_.end() && found->second.circuit.state() != Circuit::State::Closed;
}

void CircuitSet::begin(const std::string& destination, std::uint64_t request) {
    const auto found = entries_.find(destination);
    if (found == entries_.end()) {
        return;
    }
    Entry& entry = found->second;
    entry.circuit.begin(request);
    if (entry.circuit.state() == Circuit::State::Probing) {
        entry.probes->add();
    }
}

void CircuitSet::withdraw(const std::string& destination, std::uint64_t request) {
    if (const auto found = entries_.find(destination); found != entries_.end()) {
        found->second.circuit.withdraw(request);
        wake_one(found->second);
    }
}

void CircuitSet::record(const std::string& destination, std::uint64_t request,
                        const std::string& key, const Attempt& attempt, TimePoint now,
                        const BackoffOptions& backoff) {
    if (entries_.empty() && !is_outage(attempt)) {
        return;
    }
    Entry& entry = entries_[destination];
    switch (entry.circuit.record(request, key, attempt, now, backoff)) {
        case Circuit::Change::None:
            break;
        case Circuit::Change::Opened:
            opened(destination, entry);
            return;
        case Circuit::Change::Closed:
            entry.state->set(0);
            context_.log.info(log_target, "The destination answers again.",
                              {telemetry::quoted("destination", name_of(destination))});
            wake(entry);
            break;
    }
    if (entry.circuit.pristine() && !entry.watched) {
        entries_.erase(destination);
    } else if (entry.circuit.state() == Circuit::State::Open) {
        wake_one(entry);
    }
}

void CircuitSet::opened(const std::string& destination, Entry& entry) {
    auto& registry = telemetry::MetricsRegistry::instance();
    const telemetry::Tags tags = context_.metrics.with({{"destination", name_of(destination)}});
    entry.state = &registry.gauge("circuit_open", tags);
    entry.probes = &registry.counter("circuit_probes_total", tags);
    entry.state->set(1);
    registry.counter("circuit_opened_total", tags).add();
    context_.log.warn(log_target, "The destination is out of reach: it is probed, not tried.",
                      {telemetry::quoted("destination", name_of(destination))});
}

std::optional<CircuitSet::Watch> CircuitSet::watch(const std::string& destination) {
    Entry& entry = entries_.at(destination);  // it does not admit, so it is there
    if (entry.watched || entry.circuit.state() == Circuit::State::Probing) {
        return std::nullopt;
    }
    entry.watched = true;
    return Watch{entry.circuit.next_probe(), entry.stop_watching.get_token()};
}

void CircuitSet::watched(const std::string& destination) {
    const auto found = entries_.find(destination);  // kept while it is watched
    Entry& entry = found->second;
    entry.watched = false;
    if (entry.circuit.pristine() && entry.waiting.empty()) {
        entries_.erase(found);
    }
}

void CircuitSet::add_waiter(const std::string& destination, io::Event& waiter) {
    entries_.at(destination).waiting.push_back(&waiter);
}

void CircuitSet::wake(Entry& entry) {
    for (io::Event* waiter : std::exchange(entry.waiting, {})) {
        waiter->set();
    }
    std::exchange(entry.stop_watching, std::stop_source()).request_stop();
}

void CircuitSet::wake_one(Entry& entry) {
    if (!entry.waiting.empty() && !entry.watched) {
        entry.waiting.front()->set();
        entry.waiting.pop_front();
    }
}

void CircuitSet::wake_all() {
    for (auto& [destination, entry] : entries_) {
        wake(entry);
    }
}

}  // namespace engine::delivery
