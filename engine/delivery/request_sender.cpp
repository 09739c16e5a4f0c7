#include "engine/delivery/request_sender.hpp"

#include <fmt/format.h>

#include <limits>
#include <utility>

#include "engine/io/http_message.hpp"

namespace engine::delivery {

namespace {

constexpr std::string_view retries_target = "engine::delivery::retries";
constexpr std::string_view client_target = "engine::delivery::http_client";
constexpr std::string_view service_target = "engine::delivery::service";
constexpr std::string_view dropped_target = "engine::delivery::events_dropped";
constexpr std::string_view call_failed = "Service call failed. No retries or retries exhausted.";

LoadSignal load_of(const Attempt& attempt) {
    if (attempt.is_backpressure()) {
        return LoadSignal::Backpressure;
    }
    return attempt.kind == Attempt::Kind::Answered ? LoadSignal::Answered : LoadSignal::Unknown;
}

std::string error_of(const Attempt& attempt) {
    return "Failed to make HTTP(S) request: " + attempt.error;
}

}  // namespace

/// A request that has been started.
struct RequestSender::Sending {
    std::unique_ptr<Request> request;
    std::uint64_t id;
    RetryState retries{};
    bool keeps_place;
};

RequestSender::RequestSender(component::SinkContext& context, SendingOptions options,
                             Transport& transport, Clock& clock, Random random)
    : context_(context),
      options_(std::move(options)),
      transport_(transport),
      clock_(clock),
      random_(std::move(random)),
      sent_bytes_(context.metrics.sent_bytes(options_.protocol)),
      concurrency_(options_.concurrency),
      circuits_(context, options_.destination),
      rate_(options_.rate_limit),
      // The sources' callbacks run on the thread that asks to stop.
      on_stopping_(context.stopping,
                   [this] {
                       if (context_.durable) {
                           no_more_retries_.request_stop();
                           context_.worker.post([self = std::weak_ptr(self_)] {
                               if (const auto alive = self.lock()) {
                                   (*alive)->circuits_.wake_all();
                               }
                           });
                       }
                   }),
      on_abandon_(context.abandon, [this] {
          no_more_retries_.request_stop();
          context_.worker.post([self = std::weak_ptr(self_)] {
              if (const auto alive = self.lock()) {
                  (*alive)->give_up();
                  (*alive)->transport_.close();
              }
          });
      }) {}

bool RequestSender::has_room() const {
    return outstanding_ == 0 || given_up_ ||
           (outstanding_ < options_.max_requests && outstanding_bytes_ < options_.max_bytes);
}

io::Task<> RequestSender::room() {
    while (!has_room()) {
        changed_.reset();
        co_await changed_.wait();
    }
}

io::Task<> RequestSender::drained() {
    while (outstanding_ > 0) {
        changed_.reset();
        co_await changed_.wait();
    }
}

void RequestSender::submit(std::unique_ptr<Request> request) {
    if (given_up_) {
        request->finish(DeliveryStatus::Errored);
        return;
    }
    ++outstanding_;
    outstanding_bytes_ += request->body_bytes;
    const std::string& key = request->order_key;
    lanes_.push(key, std::move(request));
    pump();
}

void RequestSender::pump() {
    while (concurrency_.available() && !waiting_for_place_.empty()) {
        concurrency_.acquire();
        waiting_for_place_.front()->set();
        waiting_for_place_.pop_front();
    }
    while (concurrency_.available() && lanes_.has_ready()) {
        concurrency_.acquire();
        context_.worker.spawn(deliver(*lanes_.pop()));
    }
}

io::Task<> RequestSender::deliver(std::unique_ptr<Request> request) {
    Sending sending{.request = std::move(request), .id = next_id_++, .keeps_place = false};
    sending.keeps_place = !concurrency_.adaptive() && sending.request->order_key.empty();
    const DeliveryStatus status = co_await attempt_until_over(sending);
    give_place();
    lanes_.done(sending.request->order_key);
    finish(*sending.request, status);
    pump();
    if (idle() && on_idle_) {
        on_idle_();
    }
    changed_.set();
}

io::Task<RequestSender::Admission> RequestSender::admission(Sending& sending) {
    const std::string& destination = sending.request->destination;
    // With a fallback nobody goes by its own delays: whoever comes when a probe is due is the
    // probe.
    constexpr auto nobody = std::numeric_limits<std::uint64_t>::max();
    const std::uint64_t privileged = context_.fallback != nullptr ? nobody : sending.id;
    while (!circuits_.admits(destination, clock_.now(), privileged)) {
        if (context_.fallback != nullptr) {
            co_return Admission::Diverted;
        }
        if (no_more_retries_.stop_requested()) {
            co_return Admission::GivenUp;
        }
        if (!sending.keeps_place) {
            give_place();
            pump();
        }
        co_await wait_for_circuit(destination);
        if (!sending.keeps_place) {
            co_await take_place();
        }
        if (given_up_) {
            co_return Admission::GivenUp;
        }
    }
    circuits_.begin(destination, sending.id);
    co_return Admission::Granted;
}

io::Task<> RequestSender::wait_for_circuit(const std::string& destination) {
    if (const auto watch = circuits_.watch(destination)) {
        // The first in line looks at the clock, for all.
        (void)co_await clock_.sleep(watch->until - clock_.now(), watch->stop);
        circuits_.watched(destination);
        co_return;
    }
    io::Event woken;
    circuits_.add_waiter(destination, woken);
    co_await woken.wait();
}

void RequestSender::record(const Sending& sending, const Attempt& attempt, TimePoint begin) {
    const TimePoint end = clock_.now();
    concurrency_.record(load_of(attempt), end - begin, end);
    const Request& request = *sending.request;
    circuits_.record(request.destination, sending.id, request.order_key, attempt, end,
                     options_.retry.backoff);
}

io::Task<DeliveryStatus> RequestSender::attempt_until_over(Sending& sending) {
    for (;;) {
        const Admission admitted = co_await admission(sending);
        if (admitted == Admission::Diverted) {
            co_await pass_on(*context_.fallback, *sending.request, nullptr);
            co_return DeliveryStatus::Delivered;
        }
        if (admitted == Admission::Granted) {
            co_await wait_for_rate();
        }
        if (given_up_ || admitted == Admission::GivenUp) {
            circuits_.withdraw(sending.request->destination, sending.id);
            give_up();
            co_return DeliveryStatus::Errored;
        }
        const TimePoint begin = clock_.now();
        const Attempt attempt = co_await transport_.send(*sending.request);
        record(sending, attempt, begin);
        if (attempt.succeeded()) {
            co_return delivered(*sending.request);
        }
        const RetryDecision decision = sending.retries.decide(options_.retry, attempt, random_);
        if (decision.action != RetryDecision::Action::Retry) {
            const DeliveryStatus status = co_await refused(sending, attempt, decision.action);
            co_return status;
        }
        log_retry(attempt);
        if (context_.fallback != nullptr && circuits_.is_open(sending.request->destination)) {
            continue;
        }
        if (no_more_retries_.stop_requested()) {
            give_up();
            co_return DeliveryStatus::Errored;
        }
        if (!sending.keeps_place) {
            give_place();
            pump();
        }
        const io::SleepResult slept =
            co_await clock_.sleep(decision.delay, no_more_retries_.get_token());
        if (!sending.keeps_place) {
            co_await take_place();
        }
        if (slept == io::SleepResult::Stopped) {
            give_up();
            co_return DeliveryStatus::Errored;
        }
    }
}

io::Task<> RequestSender::wait_for_rate() {
    const TimePoint now = clock_.now();
    const TimePoint start = rate_.reserve(now);
    if (start > now) {
        (void)co_await clock_.sleep(start - now, nothing_more_.get_token());
    }
}

io::Task<> RequestSender::take_place() {
    if (concurrency_.available() && waiting_for_place_.empty()) {
        concurrency_.acquire();
        co_return;
    }
    io::Event place;
    waiting_for_place_.push_back(&place);
    co_await place.wait();
}

void RequestSender::give_place() {
    concurrency_.release();
}

DeliveryStatus RequestSender::delivered(const Request& request) {
    context_.metrics.sent_events.add(request.events);
    context_.metrics.sent_event_bytes.add(request.event_bytes);
    sent_bytes_.add(request.body_bytes);
    return DeliveryStatus::Delivered;
}

io::Task<DeliveryStatus> RequestSender::refused(Sending& sending, const Attempt& attempt,
                                                RetryDecision::Action action) {
    const bool kept = action == RetryDecision::Action::NotRetriable ||
                      options_.retry.on_exhausted == OnExhausted::DeadLetter;
    if (!kept || context_.rejected == nullptr) {
        log_refusal(sending, attempt, action);
        co_return dropped(sending, attempt, action);
    }
    const Rejection why = rejection_of(sending, attempt, action);
    context_.metrics.error("request_failed", "sending");
    context_.log.warn(
        retries_target, "Request refused; its events go to the rejected output.",
        {telemetry::quoted("reason", why.reason),
         telemetry::field("count", static_cast<std::int64_t>(sending.request->events))});
    co_await pass_on(*context_.rejected, *sending.request, &why);
    co_return DeliveryStatus::Delivered;
}

void RequestSender::reject(EventSelection events, Acknowledgement acknowledgement,
                           std::string reason) {
    auto request = std::make_unique<Request>();
    request->events = events.positions.size();
    request->selections.push_back(std::move(events));
    if (acknowledgement) {
        request->acknowledgements.push_back(std::move(acknowledgement));
    }
    ++outstanding_;
    context_.worker.spawn(reject_events(std::move(request), std::move(reason)));
}

io::Task<> RequestSender::reject_events(std::unique_ptr<Request> request, std::string reason) {
    const Rejection why{.reason = std::move(reason), .sink = std::string(context_.id)};
    co_await pass_on(*context_.rejected, *request, &why);
    finish(*request, DeliveryStatus::Delivered);
    if (idle() && on_idle_) {
        on_idle_();
    }
    changed_.set();
}

Rejection RequestSender::rejection_of(const Sending& sending, const Attempt& attempt,
                                      RetryDecision::Action action) const {
    Rejection why;
    why.sink = context_.id;
    why.attempts = sending.retries.failures();
    if (attempt.kind == Attempt::Kind::Answered) {
        why.status = attempt.status;
    }
    if (action == RetryDecision::Action::Exhausted) {
        why.reason = "retries exhausted";
    } else if (attempt.kind == Attempt::Kind::Answered) {
        why.reason = fmt::format("refused: {}", io::status_phrase(attempt.status));
    } else {
        why.reason = error_of(attempt);
    }
    return why;
}

DeliveryStatus RequestSender::dropped(const Sending& sending, const Attempt& attempt,
                                      RetryDecision::Action action) {
    context_.metrics.error("request_failed", "sending");
    context_.metrics.discarded_unintentionally.add(sending.request->events);
    // A client that waits may try again what only the moment was wrong for. On disk the events
    // would stay until the next start: they are dropped, as the policy says.
    const bool passing =
        action == RetryDecision::Action::Exhausted || attempt.kind != Attempt::Kind::Answered;
    return passing && !context_.durable ? DeliveryStatus::Errored : DeliveryStatus::Rejected;
}

void RequestSender::log_retry(const Attempt& attempt) const {
    using telemetry::field;
    switch (attempt.kind) {
        case Attempt::Kind::Answered:
            context_.log.warn(retries_target, "Retrying after response.",
                              {field("reason", options_.retry.strategy.reason(attempt))});
            return;
        case Attempt::Kind::Failed:
            context_.log.warn(
                client_target, "HTTP error.",
                {field("error", attempt.error), telemetry::quoted("error_type", "request_failed"),
                 telemetry::quoted("stage", "processing")});
            context_.log.warn(retries_target, "Retrying after error.",
                              {field("error", error_of(attempt))});
            return;
        case Attempt::Kind::TimedOut:
            context_.log.warn(
                retries_target,
                "Request timed out. If this happens often while the events are actually reaching "
                "their destination, try decreasing `batch.max_bytes` and/or using `compression` if "
                "applicable. Alternatively `request.timeout_secs` can be increased.");
            return;
    }
}

void RequestSender::log_refusal(const Sending& sending, const Attempt& attempt,
                                RetryDecision::Action action) const {
    using telemetry::field;
    using telemetry::quoted;
    const bool exhausted = action == RetryDecision::Action::Exhausted;
    if (attempt.kind == Attempt::Kind::Answered) {
        context_.log.error(retries_target,
                           exhausted ? "OK/retry response but retries exhausted; dropping the "
                                       "request."
                                     : "Not retriable; dropping the request.",
                           {quoted("reason", options_.retry.strategy.reason(attempt))});
    } else {
        context_.log.error(retries_target,
                           exhausted ? "Retries exhausted; dropping the request."
                                     : "Non-retriable error; dropping the request.",
                           {field("error", error_of(attempt))});
    }
    context_.log.error(service_target, call_failed,
                       {field("error", attempt.kind == Attempt::Kind::Answered
                                           ? std::string("None")
                                           : fmt::format("Some({})", attempt.error)),
                        field("request_id", static_cast<std::int64_t>(sending.id)),
                        quoted("error_type", "request_failed"), quoted("stage", "sending")});
    context_.log.error(dropped_target, "Events dropped",
                       {field("intentional", std::string("false")),
                        field("count", static_cast<std::int64_t>(sending.request->events)),
                        quoted("reason", call_failed)});
}

void RequestSender::give_up() {
    if (std::exchange(given_up_, true)) {
        return;
    }
    no_more_retries_.request_stop();
    nothing_more_.request_stop();
    for (std::unique_ptr<Request>& request : lanes_.take_all()) {
        finish(*request, DeliveryStatus::Errored);
    }
    circuits_.wake_all();
    changed_.set();
}

void RequestSender::finish(Request& request, DeliveryStatus status) {
    --outstanding_;
    outstanding_bytes_ -= request.body_bytes;
    request.finish(status);
}

}  // namespace engine::delivery
