#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <mutex>

#include "engine/component/registry.hpp"
#include "engine/config/document.hpp"
#include "engine/config/global_options.hpp"
#include "engine/event/container.hpp"
#include "engine/io/event.hpp"
#include "engine/io/http_server.hpp"
#include "tests/engine/io/io_test_support.hpp"

namespace engine {
namespace {

using component::SinkItem;

/// A buffer that holds what the test put in before the sink runs.
class ListInput final : public component::SinkInput {
public:
    std::deque<SinkItem> items;
    io::Event end;  // the input ends once this is set and nothing is left

    io::Task<std::optional<SinkItem>> receive() override {
        if (items.empty()) {
            co_await end.wait();
        }
        co_return try_receive();
    }
    std::optional<SinkItem> try_receive() override {
        if (items.empty()) {
            return std::nullopt;
        }
        std::optional<SinkItem> item(std::move(items.front()));
        items.pop_front();
        return item;
    }
};

/// Notes how events ended, and lets the input end then.
class Outcome final : public Finalizer {
public:
    std::optional<DeliveryStatus> status;
    io::Event ended;

protected:
    void finished(DeliveryStatus how) override {
        status = how;
        ended.set();
    }
};

/// A destination that answers from a script, then with 200.
class Destination {
public:
    explicit Destination(io::Runtime& runtime) {
        io::HttpServerOptions options;
        options.address = "127.0.0.1:0";
        auto listening =
            io::HttpServer::listen(runtime, std::move(options),
                                   [this](io::HttpRequest& request) { return answer(request); });
        server_ = std::move(*listening);
    }
    ~Destination() { server_->stop(std::chrono::milliseconds(0)); }

    [[nodiscard]] std::string url() const {
        return "http://127.0.0.1:" + std::to_string(server_->port());
    }
    [[nodiscard]] std::vector<std::string> received() {
        const std::lock_guard lock(mutex_);
        return received_;
    }
    std::deque<unsigned> script;

private:
    io::Task<io::HttpResponse> answer(io::HttpRequest& request) {
        const std::lock_guard lock(mutex_);
        std::string text = std::string(request.method) + " " + std::string(request.target) + "\n";
        for (const io::Header& header : request.headers) {
            if (!io::same_header_name(header.name, "host")) {
                text += std::string(header.name) + ": " + std::string(header.value) + "\n";
            }
        }
        received_.push_back(text + "\n" + std::string(request.body.view()));
        io::HttpResponse response;
        if (!script.empty()) {
            response.status = script.front();
            script.pop_front();
        }
        co_return response;
    }

    std::mutex mutex_;
    std::vector<std::string> received_;
    std::unique_ptr<io::HttpServer> server_;
};

class HttpSinkTest : public ::testing::Test {
protected:
    /// Null, with what was reported in `problems`, when the options are wrong.
    std::unique_ptr<component::Sink> build(std::string options, bool requests_upstream = false) {
        document_ = std::make_unique<config::Document>();
        config::Problems problems;
        EXPECT_TRUE(
            document_->add("t.toml", std::move(options), config::Syntax::Toml, {}, problems));
        config::OptionContext context("sinks.out", problems);
        const auto* registration = component::Registry<component::Sink>::instance().find("http");
        config::KnownKeys common;
        registration->check(document_->root(), common, context);
        std::unique_ptr<component::Sink> sink;
        if (!problems.has_errors()) {
            component::BuildContext build{
                .id = "out",
                .globals = globals,
                .problems = context,
                .graph = {.requests_upstream = requests_upstream, .partitions = {}}};
            sink = registration->build(document_->root(), build);
        }
        reported.clear();
        for (const auto& problem : problems.all()) {
            reported += problem.diagnostic.message + "\n";
        }
        return sink;
    }

    /// Prepares the batches and runs the sink until it has dealt with them.
    void run(component::Sink& sink, std::vector<BatchRef> batches, std::deque<Outcome>& outcomes) {
        component::SinkContext context{
            {"out", "http", globals, runtime, runtime.worker(0), metrics, telemetry::Logger()},
            stopping.get_token(),
            abandon.get_token(),
            false};
        io::testing::run_on(runtime.worker(0),
                            run_task(sink, context, std::move(batches), outcomes));
    }
    std::vector<DeliveryStatus> run(component::Sink& sink, std::vector<BatchRef> batches) {
        std::deque<Outcome> outcomes(batches.size());
        run(sink, std::move(batches), outcomes);
        std::vector<DeliveryStatus> statuses;
        for (const Outcome& outcome : outcomes) {
            statuses.push_back(outcome.status.value());
        }
        return statuses;
    }
    static io::Task<> run_task(component::Sink& sink, component::SinkContext& context,
                               std::vector<BatchRef> batches, std::deque<Outcome>& outcomes) {
        const Result<void> started = co_await sink.start(context);
        EXPECT_TRUE(started);
        ListInput input;
        for (std::size_t i = 0; i < batches.size(); ++i) {
            auto prepared = sink.prepare(*batches[i]);
            input.items.push_back(
                {{std::move(batches[i]), Acknowledgement(&outcomes[i])}, std::move(prepared)});
        }
        input.end.set();
        co_await sink.run(input);
    }

    /// Logs with these messages.
    static BatchRef logs(const std::vector<std::string>& messages) {
        BatchRef batch = Batch::make(EventKind::Log);
        for (const std::string& message : messages) {
            Member member{"message", Value::copy_of(message, batch->arena())};
            batch->push(object_of({&member, 1}, batch->arena()));
        }
        return batch;
    }
    /// One event that came with a request.
    static BatchRef request_event(
        std::string_view method, std::string_view path, std::string_view query,
        std::string_view body, std::vector<std::pair<std::string_view, std::string_view>> headers) {
        auto* envelope = new RequestEnvelope;
        envelope->method = method;
        envelope->path = path;
        envelope->query = query;
        envelope->headers = std::move(headers);
        envelope->body = SlabRef::copy_of(body);
        envelope->remote_address = "10.1.2.3";
        envelope->id = "id-1";
        envelope->idempotency_key = "key-1";
        BatchRef batch = Batch::make(EventKind::Log);
        batch->set_envelope(EnvelopeRef(envelope));
        batch->push(object_of({}, batch->arena()));
        return batch;
    }

    io::testing::StartedRuntime runtime{1};
    config::GlobalOptions globals;
    telemetry::ComponentMetrics metrics{"sink", "http_test", "http"};
    io::StopSource stopping;
    io::StopSource abandon;
    Destination destination{runtime};
    std::string reported;

private:
    std::unique_ptr<config::Document> document_;
};

using Statuses = std::vector<DeliveryStatus>;
using Texts = std::vector<std::string>;
constexpr auto delivered = DeliveryStatus::Delivered;

std::string options(const Destination& destination, const std::string& path,
                    const std::string& more) {
    return "uri = \"" + destination.url() + path + "\"\n" + more;
}

TEST_F(HttpSinkTest, SendsAJsonArray) {
    auto sink = build(options(destination, "/in", "encoding.codec = \"json\""));
    ASSERT_TRUE(sink) << reported;
    EXPECT_EQ(run(*sink, {logs({"one", "two"})}), Statuses{delivered});
    EXPECT_EQ(destination.received(), Texts{"POST /in\n"
                                            "Content-Type: application/json\n"
                                            "User-Agent: engine/" ENGINE_VERSION "\n"
                                            "Accept-Encoding: zstd,gzip,deflate,br\n"
                                            "Content-Length: 37\n\n"
                                            "[{\"message\":\"one\"},{\"message\":\"two\"}]"});
}

TEST_F(HttpSinkTest, LinesEndAsTheReferenceEndsThem) {
    auto json = build(options(destination, "",
                              "encoding.codec = \"json\"\n"
                              "framing.method = \"newline_delimited\""));
    ASSERT_TRUE(json) << reported;
    run(*json, {logs({"a", "b"})});
    auto text = build(options(destination, "", "encoding.codec = \"text\""));
    ASSERT_TRUE(text) << reported;
    run(*text, {logs({"a", "b"})});
    const Texts received = destination.received();
    ASSERT_EQ(received.size(), 2U);
    EXPECT_TRUE(received[0].ends_with("\n\n{\"message\":\"a\"}\n{\"message\":\"b\"}"))
        << received[0];
    EXPECT_NE(received[0].find("application/x-ndjson"), std::string::npos);
    EXPECT_TRUE(received[1].ends_with("\n\na\nb\n")) << received[1];
}

TEST_F(HttpSinkTest, BatchesAcrossDeliveriesUpToMaxEvents) {
    auto sink = build(options(destination, "/in",
                              "encoding.codec = \"text\"\n"
                              "request.concurrency = 1\n"
                              "batch.max_events = 2"));
    ASSERT_TRUE(sink) << reported;
    EXPECT_EQ(run(*sink, {logs({"1"}), logs({"2", "3", "4"}), logs({"5"})}),
              (Statuses{delivered, delivered, delivered}));
    Texts bodies;
    for (const std::string& request : destination.received()) {
        bodies.push_back(request.substr(request.find("\n\n") + 2));
    }
    EXPECT_EQ(bodies, (Texts{"1\n2\n", "3\n4\n", "5\n"}));
}

TEST_F(HttpSinkTest, RetriesUntilTheDestinationTakesIt) {
    destination.script = {503, 429};
    auto sink = build(options(destination, "/in",
                              "encoding.codec = \"json\"\n"
                              "backoff = { strategy = \"constant\", "
                              "initial_secs = 0.01, jitter = \"none\" }"));
    ASSERT_TRUE(sink) << reported;
    EXPECT_EQ(run(*sink, {logs({"one"})}), Statuses{delivered});
    EXPECT_EQ(destination.received().size(), 3U);
}

TEST_F(HttpSinkTest, DropsWhatIsRefused) {
    destination.script = {400};
    auto sink = build(options(destination, "/in", "encoding.codec = \"json\""));
    ASSERT_TRUE(sink) << reported;
    EXPECT_EQ(run(*sink, {logs({"one"})}), Statuses{DeliveryStatus::Rejected});
    EXPECT_EQ(destination.received().size(), 1U);
}

TEST_F(HttpSinkTest, RendersUriAndHeadersByEvent) {
    auto sink = build(options(destination, "/x/{{ message }}",
                              "encoding.codec = \"text\"\n"
                              "request.headers.X-Of = \"m-{{ message }}\""));
    ASSERT_TRUE(sink) << reported;
    EXPECT_EQ(run(*sink, {logs({"a", "b"})}), Statuses{delivered});
    Texts received = destination.received();
    std::ranges::sort(received);
    ASSERT_EQ(received.size(), 2U);
    EXPECT_TRUE(received[0].starts_with("POST /x/a\n"));
    EXPECT_NE(received[1].find("X-Of: m-b\n"), std::string::npos);
}

TEST_F(HttpSinkTest, AnEventCannotLeaveTheUri) {
    auto sink = build(options(destination, "/x/{{ message }}", "encoding.codec = \"text\""));
    ASSERT_TRUE(sink) << reported;
    EXPECT_EQ(run(*sink, {logs({"../up"}), logs({"a b"}), logs({"fine"})}),
              (Statuses{DeliveryStatus::Rejected, DeliveryStatus::Rejected, delivered}));
    EXPECT_EQ(destination.received().size(), 1U);

    auto host = build(options(destination, "{{ message }}", "encoding.codec = \"text\""));
    ASSERT_TRUE(host) << reported;
    EXPECT_EQ(run(*host, {logs({"@example.com/"}), logs({".example.com/"}), logs({"/ok"})}),
              (Statuses{DeliveryStatus::Rejected, DeliveryStatus::Rejected, delivered}));
}

TEST_F(HttpSinkTest, AuthorizesAndCompresses) {
    auto sink = build(options(destination, "/in",
                              "encoding.codec = \"json\"\n"
                              "compression = \"gzip\"\n"
                              "method = \"put\"\n"
                              "auth = { strategy = \"basic\", user = \"user\", "
                              "password = \"pass\" }"));
    ASSERT_TRUE(sink) << reported;
    run(*sink, {logs({"one"})});
    const Texts received = destination.received();
    ASSERT_EQ(received.size(), 1U);
    EXPECT_TRUE(received[0].starts_with("PUT /in\n"));
    EXPECT_NE(received[0].find("Authorization: Basic dXNlcjpwYXNz\n"), std::string::npos);
    EXPECT_NE(received[0].find("Content-Encoding: gzip\n"), std::string::npos);
    EXPECT_NE(received[0].find("\n\n\x1f\x8b"), std::string::npos);
}

TEST_F(HttpSinkTest, ForwardsARequestAsItCame) {
    auto sink = build(options(destination, "/base/?k=1", ""), true);
    ASSERT_TRUE(sink) << reported;
    EXPECT_TRUE(sink->forwards_requests());
    EXPECT_EQ(run(*sink, {request_event("DELETE", "/a/b", "q=%20x", std::string_view("\0\xff", 2),
                                        {{"Host", "front"},
                                         {"X-Mine", "1"},
                                         {"x-mine", "2"},
                                         {"Connection", "close, X-Hop"},
                                         {"X-Hop", "h"},
                                         {"Content-Length", "2"},
                                         {"X-Forwarded-For", "9.9.9.9"}})}),
              Statuses{delivered});
    EXPECT_EQ(destination.received(), Texts{std::string("DELETE /base/a/b?k=1&q=%20x\n"
                                                        "X-Mine: 1\n"
                                                        "x-mine: 2\n"
                                                        "X-Forwarded-For: 9.9.9.9, 10.1.2.3\n"
                                                        "X-Forwarded-Proto: http\n"
                                                        "X-Request-Id: id-1\n"
                                                        "Idempotency-Key: key-1\n"
                                                        "Content-Length: 2\n\n") +
                                            std::string("\0\xff", 2)});
}

TEST_F(HttpSinkTest, ForwardModeRejectsEventsWithoutRequest) {
    auto sink = build(options(destination, "", "mode = \"forward\""), true);
    ASSERT_TRUE(sink) << reported;
    EXPECT_EQ(run(*sink, {logs({"one"})}), Statuses{DeliveryStatus::Rejected});
    EXPECT_TRUE(destination.received().empty());
}

TEST_F(HttpSinkTest, ForwardsTheOrderOfAKeyThroughRetries) {
    destination.script = {503, 503};
    auto sink = build(options(destination, "",
                              "order_by = \"{{ headers.x-process-id }}\"\n"
                              "backoff = { initial_secs = 0.01 }"),
                      true);
    ASSERT_TRUE(sink) << reported;
    std::vector<BatchRef> batches;
    for (const char* path : {"/1", "/2", "/3"}) {
        batches.push_back(request_event("POST", path, "", "", {{"X-Process-Id", "p"}}));
    }
    run(*sink, std::move(batches));
    Texts lines;
    for (const std::string& request : destination.received()) {
        lines.push_back(request.substr(0, request.find('\n')));
    }
    EXPECT_EQ(lines, (Texts{"POST /1", "POST /1", "POST /1", "POST /2", "POST /3"}));
}

TEST_F(HttpSinkTest, ReportsWrongOptions) {
    const auto report = [this](const std::string& options, bool upstream = true) {
        EXPECT_FALSE(build(options, upstream)) << options;
        return reported;
    };
    const std::string uri = "uri = \"http://localhost\"\n";
    const std::string json = uri + "encoding.codec = \"json\"\n";
    EXPECT_EQ(report(""), "sinks.out: missing field `uri`\n");
    EXPECT_EQ(report("uri = \"not a uri\"\nencoding.codec = \"json\""),
              "sinks.out: invalid uri character\n");
    EXPECT_NE(report(json + "batch.max_events = 0").find("`max_events` must be greater than zero"),
              std::string::npos);
    EXPECT_NE(
        report(json + "batch.timeout_secs = 0").find("`timeout_secs` must be greater than zero"),
        std::string::npos);
    EXPECT_NE(report(json + "compression = \"brotli\"").find("invalid value: string \"brotli\""),
              std::string::npos);
    EXPECT_NE(report(json + "compression = { algorithm = \"gzip\", level = 99 }")
                  .find("invalid value `99`, expected value in range [0, 9]"),
              std::string::npos);
    EXPECT_NE(report(json + "request.concurrency = \"lots\"").find("unknown variant `lots`"),
              std::string::npos);
    EXPECT_NE(report(json + "request.concurrency = 0")
                  .find("invalid value: integer `0`, expected positive integer"),
              std::string::npos);
    EXPECT_NE(report(json + "retries = 3\nrequest.retry_attempts = 3")
                  .find("`retries` and `request.retry_attempts` are mutually exclusive"),
              std::string::npos);
    EXPECT_NE(report(json + "backoff = \"constant\"\nrequest.retry_jitter_mode = \"None\"")
                  .find("`backoff` and `request.retry_jitter_mode` are mutually exclusive"),
              std::string::npos);
    EXPECT_NE(report(json + "auth = { strategy = \"aws\", service = \"es\" }")
                  .find("not supported by this build"),
              std::string::npos);
    EXPECT_NE(report(json + "order_by = \"x\"").find("`order_by` applies to forward mode only"),
              std::string::npos);
    EXPECT_NE(report(uri + "batch.max_events = 3").find("`batch` does not apply to forward mode"),
              std::string::npos);
    EXPECT_NE(report(uri, false).find("no `http_server` source is upstream"), std::string::npos);
    EXPECT_NE(report(uri + "upstream = {}").find("`upstream` is not supported by this build yet"),
              std::string::npos);
    EXPECT_NE(report("uri = \"http://u:p@localhost\"\nencoding.codec = \"json\"\n"
                     "auth = { strategy = \"bearer\", token = \"t\" }")
                  .find("Two authorization credentials was provided."),
              std::string::npos);
    EXPECT_NE(report(json + "frob = 1").find("unknown field `frob`"), std::string::npos);
}

}  // namespace
}  // namespace engine
