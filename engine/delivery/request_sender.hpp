#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "engine/component/context.hpp"
#include "engine/delivery/circuit_set.hpp"
#include "engine/delivery/clock.hpp"
#include "engine/delivery/concurrency.hpp"
#include "engine/delivery/key_lanes.hpp"
#include "engine/delivery/pass_on.hpp"
#include "engine/delivery/rate_limit.hpp"
#include "engine/delivery/request.hpp"
#include "engine/delivery/retry.hpp"
#include "engine/io/event.hpp"
#include "engine/telemetry/log.hpp"
#include "engine/telemetry/metrics.hpp"

namespace engine::delivery {

/// How requests are sent. Plain values.
struct SendingOptions {
    ConcurrencyOptions concurrency;
    RateLimitOptions rate_limit;
    RetryPolicy retry;
    /// Bounds of what was submitted and is not over yet; one request is always let in.
    std::size_t max_requests = 1'024;
    std::size_t max_bytes = std::size_t{64} << 20;
    std::string_view protocol = "http";  // of `component_sent_bytes_total`
    std::string destination = {};        // of requests that name none
};

/// Sends requests: ordering lanes, concurrency, rate, retries, metrics and log lines. Everything
/// happens on the strand of the sink's worker; a send in flight is a coroutine there.
///
/// A request waits in its lane, then takes a place of the concurrency limit for an attempt. While
/// it waits for a retry it keeps the place only when the limit is fixed and the request has no
/// ordering key (so that `concurrency = 1` keeps the order); its lane it always keeps.
///
/// A destination has a circuit: while it is open, requests to it wait without a place until they
/// may probe or it closes, or go to the fallback, if there is one. What is refused for good goes to
/// the `rejected` output, if something consumes it.
///
/// When the process stops, requests that are safe on disk end with their first failure, and all
/// others with them; those that are not go on until `SinkContext::abandon`.
class RequestSender {
public:
    /// All are borrowed and outlive the sender. `random` draws the jitter.
    RequestSender(component::SinkContext& context, SendingOptions options, Transport& transport,
                  Clock& clock = Clock::steady(), Random random = system_random);
    RequestSender(const RequestSender&) = delete;
    RequestSender& operator=(const RequestSender&) = delete;

    /// Takes a request over; it is sent as soon as order, concurrency and rate allow.
    void submit(std::unique_ptr<Request> request);

    /// Events that never became a request are refused: they go the way of refused requests. To be
    /// called only when `keeps_events`.
    void reject(EventSelection events, Acknowledgement acknowledgement, std::string reason);
    /// Whether requests must carry their events, because these may go elsewhere.
    [[nodiscard]] bool keeps_events() const {
        return context_.rejected != nullptr || context_.fallback != nullptr;
    }

    [[nodiscard]] bool has_room() const;
    /// Completes when there is room for another request.
    [[nodiscard]] io::Task<> room();
    /// Completes when nothing is left: the owner waits for this before it destroys the sender.
    [[nodiscard]] io::Task<> drained();
    /// Nothing is being sent or waits to be: a batch need not wait for its timer.
    [[nodiscard]] bool idle() const { return outstanding_ == 0; }
    /// Called on the strand whenever the sender has become idle.
    void on_idle(std::function<void()> callback) { on_idle_ = std::move(callback); }
    /// Given up: what is submitted now ends as Errored at once.
    [[nodiscard]] bool given_up() const { return given_up_; }

    [[nodiscard]] const ConcurrencyLimit& concurrency() const { return concurrency_; }

private:
    struct Sending;

    void pump();
    [[nodiscard]] io::Task<> deliver(std::unique_ptr<Request> request);
    enum class Admission : std::uint8_t { Granted, Diverted, GivenUp };
    /// Waits until the circuit lets the request through; it then has a place.
    [[nodiscard]] io::Task<Admission> admission(Sending& sending);
    [[nodiscard]] io::Task<> wait_for_circuit(const std::string& destination);
    void record(const Sending& sending, const Attempt& attempt, TimePoint begin);
    /// Attempts until the outcome is known.
    [[nodiscard]] io::Task<DeliveryStatus> attempt_until_over(Sending& sending);
    [[nodiscard]] io::Task<> wait_for_rate();
    [[nodiscard]] io::Task<> take_place();
    void give_place();
    [[nodiscard]] DeliveryStatus delivered(const Request& request);
    /// Refused for good, or given up: to `rejected`, or dropped.
    [[nodiscard]] io::Task<DeliveryStatus> refused(Sending& sending, const Attempt& attempt,
                                                   RetryDecision::Action action);
    [[nodiscard]] DeliveryStatus dropped(const Sending& sending, const Attempt& attempt,
                                         RetryDecision::Action action);
    [[nodiscard]] Rejection rejection_of(const Sending& sending, const Attempt& attempt,
                                         RetryDecision::Action action) const;
    [[nodiscard]] io::Task<> reject_events(std::unique_ptr<Request> request, std::string reason);
    void log_retry(const Attempt& attempt) const;
    void log_refusal(const Sending& sending, const Attempt& attempt,
                     RetryDecision::Action action) const;
    void give_up();
    void finish(Request& request, DeliveryStatus status);

    component::SinkContext& context_;
    SendingOptions options_;
    Transport& transport_;
    Clock& clock_;
    Random random_;
    telemetry::Counter& sent_bytes_;

    KeyLanes<std::unique_ptr<Request>> lanes_;
    std::deque<io::Event*> waiting_for_place_;  // retries; served before lanes
    ConcurrencyLimit concurrency_;
    CircuitSet circuits_;
    RateLimit rate_;
    std::size_t outstanding_ = 0;
    std::size_t outstanding_bytes_ = 0;
    std::uint64_t next_id_ = 1;
    bool given_up_ = false;
    io::Event changed_;
    std::function<void()> on_idle_;
    /// Asked to stop when waiting for a retry makes no sense any more.
    std::stop_source no_more_retries_;
    /// Asked to stop with `given_up_`.
    std::stop_source nothing_more_;
    /// What is posted from another thread looks here whether the sender still lives (hence shared).
    std::shared_ptr<RequestSender*> self_ = std::make_shared<RequestSender*>(this);
    using StopCallback = std::stop_callback<std::function<void()>>;
    // Declared last: their destructors wait for a call under way.
    StopCallback on_stopping_;
    StopCallback on_abandon_;
};

}  // namespace engine::delivery
