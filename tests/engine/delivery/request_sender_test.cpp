#include "engine/delivery/request_sender.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "engine/config/global_options.hpp"
#include "tests/engine/io/io_test_support.hpp"

namespace engine::delivery {
namespace {

using namespace std::chrono_literals;

/// Time that passes when somebody sleeps.
class FakeClock final : public Clock {
public:
    std::vector<std::chrono::nanoseconds> sleeps;

    [[nodiscard]] TimePoint now() const override { return now_; }
    [[nodiscard]] io::Task<io::SleepResult> sleep(std::chrono::nanoseconds duration,
                                                  io::StopToken stop) override {
        sleeps.push_back(duration);
        now_ += duration;
        // Others get their turn, as they would.
        (void)co_await io::sleep_for(1us);
        co_return stop.stop_requested() ? io::SleepResult::Stopped : io::SleepResult::Elapsed;
    }

private:
    TimePoint now_{};
};

struct NamedRequest : Request {
    std::string name;
};

/// Answers by the name of the request, in order; 200 when nothing is left.
class FakeTransport final : public Transport {
public:
    std::map<std::string, std::vector<unsigned>> answers;
    std::vector<std::string> log;  // "a" begins, "a=503" ends
    std::size_t under_way = 0;
    std::size_t most_under_way = 0;
    std::function<void()> on_send;
    io::Event hold;  // sends wait for it
    bool closed = false;

    FakeTransport() { hold.set(); }
    io::Task<Attempt> send(const Request& request) override {
        const std::string name = static_cast<const NamedRequest&>(request).name;
        log.push_back(name);
        most_under_way = std::max(most_under_way, ++under_way);
        if (on_send) {
            on_send();
        }
        co_await hold.wait();
        --under_way;
        if (closed) {
            co_return Attempt{.kind = Attempt::Kind::Failed, .error = "the client was closed"};
        }
        std::vector<unsigned>& next = answers[name];
        const unsigned status = next.empty() ? 200 : next.front();
        if (!next.empty()) {
            next.erase(next.begin());
        }
        log.push_back(name + "=" + std::to_string(status));
        co_return Attempt{.status = status};
    }
    void close() override {
        closed = true;
        hold.set();
    }
};

/// Collects how requests ended.
class Outcome final : public Finalizer {
public:
    std::optional<DeliveryStatus> status;

protected:
    void finished(DeliveryStatus how) override { status = how; }
};

class RequestSenderTest : public ::testing::Test {
protected:
    static SendingOptions one_at_a_time() {
        SendingOptions options;
        options.concurrency.fixed = 1;
        options.retry.backoff.jitter = Jitter::None;
        return options;
    }
    static SendingOptions parallel(std::size_t count) {
        SendingOptions options = one_at_a_time();
        options.concurrency.fixed = count;
        return options;
    }

    std::unique_ptr<Request> request(std::string name, std::string key = {}) {
        auto made = std::make_unique<NamedRequest>();
        made->order_key = std::move(key);
        made->events = 1;
        made->body_bytes = 10;
        made->acknowledgements.emplace_back(&outcomes[name]);
        made->name = std::move(name);
        return made;
    }

    /// Submits the requests and waits until nothing is left.
    void send(SendingOptions options, std::vector<std::unique_ptr<Request>> requests) {
        component::SinkContext context{
            {"out", "http", globals, runtime, runtime.worker(0), metrics, telemetry::Logger()},
            stopping.get_token(),
            abandon.get_token(),
            durable,
            rejected,
            fallback};
        io::testing::run_on(runtime.worker(0),
                            submit_all(context, std::move(options), std::move(requests)));
    }
    io::Task<> submit_all(component::SinkContext& context, SendingOptions options,
                          std::vector<std::unique_ptr<Request>> requests) {
        RequestSender sender(context, std::move(options), transport, clock, [] { return 1.0; });
        for (std::unique_ptr<Request>& each : requests) {
            sender.submit(std::move(each));
        }
        co_await sender.drained();
    }
    template <typename... Requests>
    static std::vector<std::unique_ptr<Request>> all(Requests... requests) {
        std::vector<std::unique_ptr<Request>> result;
        (result.push_back(std::move(requests)), ...);
        return result;
    }

    io::testing::StartedRuntime runtime{1};
    config::GlobalOptions globals;
    telemetry::ComponentMetrics metrics{"sink", "sender_test", "http"};
    io::StopSource stopping;
    io::StopSource abandon;
    bool durable = false;
    component::Output* rejected = nullptr;
    component::Output* fallback = nullptr;
    FakeTransport transport;
    FakeClock clock;
    std::map<std::string, Outcome> outcomes;
};

using Log = std::vector<std::string>;

TEST_F(RequestSenderTest, RetriesUntilDelivered) {
    transport.answers["a"] = {503, 500};
    send(one_at_a_time(), all(request("a")));
    EXPECT_EQ(transport.log, (Log{"a", "a=503", "a", "a=500", "a", "a=200"}));
    EXPECT_EQ(clock.sleeps, (std::vector<std::chrono::nanoseconds>{1s, 2s}));
    EXPECT_EQ(outcomes["a"].status, DeliveryStatus::Delivered);
}

TEST_F(RequestSenderTest, RefusedForGoodIsRejectedWithoutRetry) {
    const std::uint64_t dropped = metrics.discarded_unintentionally.value();
    transport.answers["a"] = {400};
    send(one_at_a_time(), all(request("a")));
    EXPECT_EQ(transport.log, (Log{"a", "a=400"}));
    EXPECT_EQ(outcomes["a"].status, DeliveryStatus::Rejected);
    EXPECT_EQ(metrics.discarded_unintentionally.value(), dropped + 1);
}

TEST_F(RequestSenderTest, ExhaustedInMemoryIsErrored) {
    SendingOptions options = one_at_a_time();
    options.retry.attempts = 1;
    transport.answers["a"] = {503, 503};
    send(options, all(request("a")));
    EXPECT_EQ(outcomes["a"].status, DeliveryStatus::Errored);
}

TEST_F(RequestSenderTest, ConcurrencyOneKeepsTheOrderThroughRetries) {
    transport.answers["a"] = {503};
    send(one_at_a_time(), all(request("a"), request("b")));
    EXPECT_EQ(transport.log, (Log{"a", "a=503", "a", "a=200", "b", "b=200"}));
}

TEST_F(RequestSenderTest, AKeyKeepsItsOrderWhileOthersGoOn) {
    transport.answers["a1"] = {503};
    send(parallel(2),
         all(request("a1", "a"), request("a2", "a"), request("b1", "b"), request("b2", "b")));
    const auto position = [this](const std::string& entry) {
        return std::ranges::find(transport.log, entry) - transport.log.begin();
    };
    EXPECT_LT(position("a1=200"), position("a2"));
    EXPECT_LT(position("b1=200"), position("b2"));
    EXPECT_LT(position("b1"), position("a1=200"));
}

TEST_F(RequestSenderTest, ABlockedKeyTakesNoPlaceFromOthers) {
    transport.answers["a"] = {503};
    send(one_at_a_time(), all(request("a", "a"), request("b", "b")));
    // With one place, b goes while a waits for its retry.
    EXPECT_EQ(transport.log, (Log{"a", "a=503", "b", "b=200", "a", "a=200"}));
}

TEST_F(RequestSenderTest, NeverExceedsTheConcurrency) {
    std::vector<std::unique_ptr<Request>> requests;
    for (int i = 0; i < 20; ++i) {
        transport.answers[std::to_string(i)] = {503};
        requests.push_back(request(std::to_string(i), std::to_string(i % 7)));
    }
    send(parallel(3), std::move(requests));
    EXPECT_LE(transport.most_under_way, 3U);
    EXPECT_EQ(transport.log.size(), 80U);
}

TEST_F(RequestSenderTest, RateLimitSpacesRequests) {
    SendingOptions options = parallel(10);
    options.rate_limit = {2, 1s};
    std::vector<std::chrono::nanoseconds> sent_at;
    transport.on_send = [&] { sent_at.push_back(clock.now() - TimePoint{}); };
    send(options, all(request("a"), request("b"), request("c"), request("d"), request("e")));
    // The fake clock jumps for everybody: when the later three go is not exact.
    EXPECT_EQ(sent_at.size(), 5U);
    EXPECT_EQ(std::ranges::count(sent_at, 0ns), 2);
    EXPECT_EQ(std::ranges::max(sent_at), 2s);
}

TEST_F(RequestSenderTest, StoppingLeavesWhatFailsOnDisk) {
    durable = true;
    transport.answers["a"] = {503};
    transport.on_send = [this] { stopping.request_stop(); };
    send(one_at_a_time(), all(request("a"), request("b")));
    EXPECT_EQ(transport.log, (Log{"a", "a=503"}));
    EXPECT_EQ(outcomes["a"].status, DeliveryStatus::Errored);
    EXPECT_EQ(outcomes["b"].status, DeliveryStatus::Errored);
}

TEST_F(RequestSenderTest, StoppingSendsOnFromDiskWhileItSucceeds) {
    durable = true;
    stopping.request_stop();
    send(one_at_a_time(), all(request("a"), request("b")));
    EXPECT_EQ(outcomes["b"].status, DeliveryStatus::Delivered);
}

TEST_F(RequestSenderTest, StoppingDoesNotEndRetriesOfWhatIsInMemory) {
    stopping.request_stop();
    transport.answers["a"] = {503, 503};
    send(one_at_a_time(), all(request("a")));
    EXPECT_EQ(outcomes["a"].status, DeliveryStatus::Delivered);
}

TEST_F(RequestSenderTest, ADeadDestinationIsProbedByOneAtATime) {
    std::vector<std::unique_ptr<Request>> requests;
    for (int i = 0; i < 100; ++i) {
        transport.answers[std::to_string(i)] = std::vector<unsigned>(i < 20 ? 3 : 0, 503);
        requests.push_back(request(std::to_string(i), std::to_string(i)));
    }
    send(parallel(10), std::move(requests));
    // Ten were under way when it opened; of those that came later none was sent before it closed.
    const auto first_success = std::ranges::find_if(
        transport.log, [](const std::string& entry) { return entry.ends_with("=200"); });
    const auto failures =
        std::count_if(transport.log.begin(), first_success,
                      [](const std::string& entry) { return entry.ends_with("=503"); });
    EXPECT_LE(failures, 20);
    for (auto& [name, outcome] : outcomes) {
        EXPECT_EQ(outcome.status, DeliveryStatus::Delivered) << name;
    }
}

TEST_F(RequestSenderTest, StoppingWakesWhoWaitsForTheCircuit) {
    durable = true;
    std::vector<std::unique_ptr<Request>> requests;
    for (int i = 0; i < 30; ++i) {
        transport.answers[std::to_string(i)] = std::vector<unsigned>(1000, 503);
        requests.push_back(request(std::to_string(i), std::to_string(i)));
    }
    std::size_t sends = 0;
    transport.on_send = [&] {
        if (++sends == 20) {
            stopping.request_stop();
        }
    };
    send(parallel(10), std::move(requests));
    for (auto& [name, outcome] : outcomes) {
        EXPECT_EQ(outcome.status, DeliveryStatus::Errored) << name;
    }
}

/// Takes what a sink passes on, and finishes it as told.
class RecordingOutput final : public component::Output {
public:
    std::vector<Delivery> taken;
    component::Backpressure send(Delivery delivery) override {
        taken.push_back(std::move(delivery));
        return {};
    }
};

TEST_F(RequestSenderTest, RefusedEventsGoToTheRejectedOutputWithTheirReason) {
    RecordingOutput output;
    rejected = &output;
    const std::uint64_t dropped = metrics.discarded_unintentionally.value();
    transport.answers["a"] = {503, 422};
    std::unique_ptr<Request> made = request("a");
    const BatchRef batch = Batch::make(EventKind::Log);
    for (const std::int64_t number : {1, 2, 3}) {
        batch->push(Value::integer(number));
    }
    made->selections.push_back({batch, {0, 2}});
    send(one_at_a_time(), all(std::move(made)));
    ASSERT_EQ(output.taken.size(), 1U);
    const Batch& taken = *output.taken[0].batch;
    ASSERT_EQ(taken.size(), 2U);
    EXPECT_EQ(taken.root(1).as_integer(), 3);
    const Value* why = taken.metadata(1).as_object().find("rejected");
    ASSERT_NE(why, nullptr);
    EXPECT_EQ(why->as_object().find("status")->as_integer(), 422);
    EXPECT_EQ(why->as_object().find("attempts")->as_integer(), 2);
    EXPECT_EQ(why->as_object().find("sink")->as_bytes(), "out");
    EXPECT_EQ(metrics.discarded_unintentionally.value(), dropped);
    // Over only when the dead letter is.
    EXPECT_EQ(outcomes["a"].status, std::nullopt);
    output.taken[0].acknowledgement.finish(DeliveryStatus::Errored);
    EXPECT_EQ(outcomes["a"].status, DeliveryStatus::Errored);
}

TEST_F(RequestSenderTest, WithAFallbackNobodyWaitsForTheCircuit) {
    RecordingOutput output;
    fallback = &output;
    std::vector<std::unique_ptr<Request>> requests;
    const BatchRef batch = Batch::make(EventKind::Log);
    batch->push(Value::integer(1));
    for (int i = 0; i < 30; ++i) {
        transport.answers[std::to_string(i)] = std::vector<unsigned>(1000, 503);
        requests.push_back(request(std::to_string(i)));
        requests.back()->selections.push_back({batch, {0}});
    }
    send(one_at_a_time(), std::move(requests));
    EXPECT_EQ(output.taken.size(), 30U);
    output.taken.clear();
    for (auto& [name, outcome] : outcomes) {
        EXPECT_EQ(outcome.status, DeliveryStatus::Delivered) << name;
    }
}

TEST_F(RequestSenderTest, AbandonEndsEverythingAtOnce) {
    transport.hold.reset();
    transport.on_send = [this] { abandon.request_stop(); };
    send(one_at_a_time(), all(request("a"), request("b")));
    EXPECT_TRUE(transport.closed);
    EXPECT_EQ(outcomes["a"].status, DeliveryStatus::Errored);
    EXPECT_EQ(outcomes["b"].status, DeliveryStatus::Errored);
}

}  // namespace
}  // namespace engine::delivery
