#include "engine/io/http_server.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "engine/io/event.hpp"
#include "engine/io/timer.hpp"
#include "tests/engine/io/io_test_support.hpp"

namespace engine::io {
namespace {

using testing::RawClient;
using testing::StartedRuntime;
using namespace std::chrono_literals;

/// Answers with what it understood: "METHOD path?query|name=value;…|body".
Task<HttpResponse> echo(HttpRequest& request) {
    HttpResponse response;
    response.headers.emplace_back("content-type", "text/plain");
    response.body = std::string(request.method) + " " + std::string(request.path) + "?" +
                    std::string(request.query) + "|";
    for (const Header& header : request.headers)
        response.body += std::string(header.name) + "=" + std::string(header.value) + ";";
    response.body += "|";
    response.body += request.body.view();
    co_return response;
}

Task<HttpResponse> count_bytes(HttpRequest& request) {
    co_return HttpResponse{200, {}, std::to_string(request.body.size())};
}

class HttpServerTest : public ::testing::Test {
protected:
    void serve(HttpHandler handler, HttpServerOptions options = {}) {
        options.address = "127.0.0.1:0";
        auto listening = HttpServer::listen(runtime, std::move(options), std::move(handler));
        ASSERT_TRUE(listening) << listening.error().message;
        server = std::move(*listening);
    }
    void TearDown() override {
        if (server)
            server->stop(2s);
    }
    std::string answer_to(std::string_view bytes) {
        RawClient client(server->port());
        client.send(bytes);
        return client.read_to_end();
    }
    static std::string body_of(const std::string& response) {
        return response.substr(response.find("\r\n\r\n") + 4);
    }

    StartedRuntime runtime{2};
    std::unique_ptr<HttpServer> server;
};

TEST_F(HttpServerTest, AnswersSeveralRequestsOnOneConnection) {
    serve(echo);
    RawClient client(server->port());
    for (int index = 0; index < 3; ++index) {
        client.send(
            "POST /a/b?x=1&y HTTP/1.1\r\nHost: h\r\nX-Some: One\r\nx-some: two\r\n"
            "Content-Length: 5\r\n\r\nhello");
        const std::string response = client.read_response();
        EXPECT_TRUE(response.starts_with("HTTP/1.1 200 OK\r\n")) << response;
        EXPECT_EQ(body_of(response),
                  "POST /a/b?x=1&y|Host=h;X-Some=One;x-some=two;Content-Length=5;|hello");
    }
    EXPECT_EQ(server->open_connections(), 1u);
}

TEST_F(HttpServerTest, AnswersPipelinedRequestsInOrder) {
    serve(echo);
    std::string bytes;
    for (int index = 0; index < 50; ++index)
        bytes += "POST /" + std::to_string(index) + " HTTP/1.1\r\ncontent-length: 2\r\n\r\nok";
    RawClient client(server->port());
    client.send(bytes);
    for (int index = 0; index < 50; ++index)
        EXPECT_EQ(body_of(client.read_response()),
                  "POST /" + std::to_string(index) + "?|content-length=2;|ok");
}

TEST_F(HttpServerTest, DecodesChunkedBodiesAndDropsTrailers) {
    serve(echo);
    const std::string response = answer_to(
        "PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
        "5\r\nhello\r\n1;ext=1\r\n \r\n5\r\nworld\r\n0\r\nTrailer: x\r\n\r\n");
    EXPECT_EQ(body_of(response), "PUT /?|Transfer-Encoding=chunked;Connection=close;|hello world");
}

TEST_F(HttpServerTest, DecodesChunksThatArriveByteByByte) {
    serve(echo);
    RawClient client(server->port());
    for (const char c : std::string_view("PUT /slow HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
                                         "3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n"))
        client.send({&c, 1});
    EXPECT_EQ(body_of(client.read_response()),
              "PUT /slow?|Transfer-Encoding=chunked;|abc0123456789");
    for (const char c : std::string_view("PUT /e HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
                                         "0\r\nTrailer: x\r\n\r\n"))
        client.send({&c, 1});
    EXPECT_EQ(body_of(client.read_response()), "PUT /e?|Transfer-Encoding=chunked;|");
    client.send("GET /next HTTP/1.1\r\n\r\n");
    EXPECT_EQ(body_of(client.read_response()), "GET /next?||");
}

TEST_F(HttpServerTest, TakesEmptyAndLargeBodies) {
    serve(count_bytes);
    const std::string body(std::size_t{10} << 20, 'x');
    RawClient client(server->port());
    client.send("POST / HTTP/1.1\r\ncontent-length: 0\r\n\r\n");
    EXPECT_EQ(body_of(client.read_response()), "0");
    client.send("POST / HTTP/1.1\r\ncontent-length: " + std::to_string(body.size()) + "\r\n\r\n");
    client.send(body);
    EXPECT_EQ(body_of(client.read_response()), std::to_string(body.size()));
    client.send("POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n");
    for (int index = 0; index < 10; ++index) {
        client.send("100000\r\n");
        client.send(std::string_view(body).substr(0, 0x100000));
        client.send("\r\n");
    }
    client.send("0\r\n\r\n");
    EXPECT_EQ(body_of(client.read_response()), std::to_string(body.size()));
}

TEST_F(HttpServerTest, SendsContinueBeforeTheBodyWhenAsked) {
    serve(echo);
    RawClient client(server->port());
    client.send("POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    EXPECT_EQ(client.read_response(), "HTTP/1.1 100 Continue\r\n\r\n");
    client.send("hi");
    EXPECT_TRUE(client.read_response().ends_with("|hi"));
}

TEST_F(HttpServerTest, RefusesAnExpectedBodyThatIsTooLargeBeforeItIsSent) {
    HttpServerOptions options;
    options.limits.max_body_bytes = 100;
    serve(echo, options);
    RawClient client(server->port());
    client.send("POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 101\r\n\r\n");
    EXPECT_TRUE(client.read_response().starts_with("HTTP/1.1 413 "));
}

TEST_F(HttpServerTest, RefusesMalformedRequestsWith400AndCloses) {
    serve(echo);
    const std::string_view bad[] = {
        "\x16\x03\x01\x02garbage",
        "GET\r\n\r\n",
        "GET / HTTP/1.1\r\nbad header\r\n\r\n",
        "GET / HTTP/1.1\r\nName : value\r\n\r\n",
        "GET / HTTP/1.1\r\nA: b\r\n folded\r\n\r\n",
        "GET / HTTP/1.1\nA: b\n\n",
        "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: 1x\r\n\r\na",
        "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    };
    for (const std::string_view bytes : bad) {
        RawClient client(server->port());
        client.send(bytes);
        client.shutdown_send();
        const std::string response = client.read_to_end();
        EXPECT_TRUE(response.starts_with("HTTP/1.1 400 Bad Request\r\n")) << bytes << response;
        EXPECT_NE(response.find("connection: close\r\n"), std::string::npos);
    }
}

TEST_F(HttpServerTest, RefusesSmugglingForms) {
    serve(echo);
    const std::pair<std::string_view, std::string_view> forms[] = {
        {"Content-Length: 5\r\nTransfer-Encoding: chunked", "400"},
        {"Transfer-Encoding: chunked\r\nContent-Length: 5", "400"},
        {"Content-Length: 5\r\nContent-Length: 6", "400"},
        {"Content-Length: 5, 6", "400"},
        {"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "400"},
        {"Transfer-Encoding: gzip, chunked", "501"},
        {"Transfer-Encoding: chunked, identity", "501"},
        {"Transfer-Encoding: xchunked", "501"},
    };
    for (const auto& [headers, status] : forms) {
        const std::string response = answer_to("POST / HTTP/1.1\r\nHost: h\r\n" +
                                               std::string(headers) + "\r\n\r\n0\r\n\r\n");
        EXPECT_EQ(response.substr(9, 3), status) << headers;
    }
    EXPECT_EQ(
        answer_to("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n").substr(9, 3),
        "400");
}

TEST_F(HttpServerTest, RefusesLongHeadsAndBodies) {
    HttpServerOptions options;
    options.limits.max_header_bytes = 1024;
    options.limits.max_body_bytes = 1000;
    serve(count_bytes, options);
    const std::string filler(2000, 'a');
    EXPECT_EQ(answer_to("GET /" + filler).substr(9, 3), "414");
    EXPECT_EQ(answer_to("GET /" + filler + " HTTP/1.1\r\n\r\n").substr(9, 3), "414");
    EXPECT_EQ(answer_to("GET / HTTP/1.1\r\nA: " + filler).substr(9, 3), "431");
    EXPECT_EQ(answer_to("POST / HTTP/1.1\r\nContent-Length: 1001\r\n\r\n" + filler).substr(9, 3),
              "413");
    EXPECT_EQ(answer_to("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n" + filler)
                  .substr(9, 3),
              "413");
    EXPECT_EQ(
        answer_to("POST / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n").substr(9, 3),
        "400");
}

TEST_F(HttpServerTest, GivesUpOnSlowHeadsAndBodies) {
    HttpServerOptions options;
    options.header_timeout = 100ms;
    options.stall_timeout = 100ms;
    options.sweep_interval = 10ms;
    serve(echo, options);
    RawClient head(server->port());
    head.send("GET / HTTP/1.1\r\nA: ");
    EXPECT_TRUE(head.read_to_end().starts_with("HTTP/1.1 408 Request Timeout\r\n"));
    RawClient body(server->port());
    body.send("POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nabc");
    EXPECT_TRUE(body.read_to_end().starts_with("HTTP/1.1 408 Request Timeout\r\n"));
    RawClient silent(server->port());
    EXPECT_EQ(silent.read_to_end(), "");
}

TEST_F(HttpServerTest, GivesUpOnBodiesThatTrickle) {
    HttpServerOptions options;
    options.sweep_interval = 10ms;
    options.slow_body_grace = 100ms;
    options.min_body_bytes_per_second = 1'000'000;
    serve(count_bytes, options);
    for (const std::string_view head : {"POST / HTTP/1.1\r\nContent-Length: 100000\r\n\r\n",
                                        "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"}) {
        RawClient client(server->port());
        client.send(head);
        std::jthread trickle([&client](const std::stop_token& stop) {
            while (!stop.stop_requested()) {
                client.send("1\r\na\r\n");
                std::this_thread::sleep_for(10ms);
            }
        });
        EXPECT_TRUE(client.read_to_end().starts_with("HTTP/1.1 408 Request Timeout\r\n"));
    }
}

TEST_F(HttpServerTest, ClosesAConnectionAfterItsLastRequest) {
    HttpServerOptions options;
    options.max_requests_per_connection = 2;
    serve(echo, options);
    const std::string request = "GET / HTTP/1.1\r\n\r\n";
    const std::string answers = answer_to(request + request + request);
    const auto first = answers.find("HTTP/1.1 200");
    const auto second = answers.find("HTTP/1.1 200", first + 1);
    ASSERT_NE(second, std::string::npos);
    EXPECT_EQ(answers.find("HTTP/1.1 200", second + 1), std::string::npos);
    EXPECT_GT(answers.find("connection: close\r\n"), second);
}

TEST_F(HttpServerTest, RefusesTooManyHeaders) {
    HttpServerOptions options;
    options.limits.max_headers = 3;
    serve(echo, options);
    EXPECT_EQ(answer_to("GET / HTTP/1.0\r\na:\r\na:\r\na:\r\n\r\n").substr(9, 3), "200");
    EXPECT_EQ(answer_to("GET / HTTP/1.0\r\na:\r\na:\r\na:\r\na:\r\n\r\n").substr(9, 3), "431");
}

TEST_F(HttpServerTest, AnnouncedBodiesTakeNothingOfTheBudgetBeforeTheyCome) {
    static MemoryBudget budget(std::size_t{4} << 20);  // connections outlive the test
    HttpServerOptions options;
    options.budget = &budget;
    serve(count_bytes, options);
    RawClient liar(server->port());
    liar.send("POST / HTTP/1.1\r\nContent-Length: 100000000\r\n\r\nx");
    const std::string body(std::size_t{2} << 20, 'x');
    EXPECT_TRUE(answer_to("POST / HTTP/1.0\r\nContent-Length: 2097152\r\n\r\n" + body)
                    .ends_with("2097152"));
}

TEST_F(HttpServerTest, ClosesIdleConnections) {
    HttpServerOptions options;
    options.keep_alive_timeout = 50ms;
    options.sweep_interval = 10ms;
    serve(echo, options);
    RawClient client(server->port());
    client.send("GET / HTTP/1.1\r\n\r\n");
    client.read_response();
    EXPECT_TRUE(client.closes_within(5s));
}

TEST_F(HttpServerTest, RetiresOldConnectionsWithTheirNextAnswer) {
    HttpServerOptions options;
    options.max_connection_age = 1ms;
    serve(
        [](HttpRequest&) -> Task<HttpResponse> {
            co_await sleep_for(30ms);  // longer than the age and the coarse clock's step
            co_return HttpResponse{};
        },
        options);
    const std::string response = answer_to("GET / HTTP/1.1\r\n\r\n");
    EXPECT_NE(response.find("connection: close\r\n"), std::string::npos);
}

TEST_F(HttpServerTest, SpeaksHttp10) {
    serve(echo);
    EXPECT_NE(answer_to("GET / HTTP/1.0\r\n\r\n").find("connection: close\r\n"), std::string::npos);
    RawClient client(server->port());
    client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_NE(client.read_response().find("connection: keep-alive\r\n"), std::string::npos);
    client.send("GET / HTTP/1.0\r\n\r\n");
    EXPECT_FALSE(client.read_response().empty());
}

TEST_F(HttpServerTest, SendsNoBodyInAnswerToHead) {
    serve(echo);
    RawClient client(server->port());
    client.send("HEAD / HTTP/1.1\r\nConnection: close\r\n\r\n");
    const std::string response = client.read_to_end();
    EXPECT_NE(response.find("content-length: 26\r\n"), std::string::npos) << response;
    EXPECT_TRUE(response.ends_with("\r\n\r\n"));
}

TEST_F(HttpServerTest, UnderstandsAbsoluteTargets) {
    serve(echo);
    EXPECT_TRUE(answer_to("GET http://host:1/p?q HTTP/1.0\r\n\r\n").ends_with("GET /p?q||"));
    EXPECT_TRUE(answer_to("GET http://host HTTP/1.0\r\n\r\n").ends_with("GET /?||"));
}

TEST_F(HttpServerTest, AHandlerThatThrowsMakesA500) {
    serve([](HttpRequest&) -> Task<HttpResponse> {
        throw std::runtime_error("third party");
        co_return HttpResponse{};
    });
    EXPECT_EQ(answer_to("GET / HTTP/1.0\r\n\r\n").substr(9, 3), "500");
}

TEST_F(HttpServerTest, LineBreaksInHeaderValuesCannotSplitTheResponse) {
    serve([](HttpRequest&) -> Task<HttpResponse> {
        HttpResponse response;
        response.headers.emplace_back("x-value", "a\r\nevil: b");
        co_return response;
    });
    EXPECT_NE(answer_to("GET / HTTP/1.0\r\n\r\n").find("x-value: a  evil: b\r\n"),
              std::string::npos);
}

TEST_F(HttpServerTest, SpreadsConnectionsEvenlyOverWorkers) {
    serve([](HttpRequest&) -> Task<HttpResponse> {
        co_return HttpResponse{200, {}, std::to_string(Worker::current()->index())};
    });
    std::vector<std::unique_ptr<RawClient>> clients;
    std::map<std::string, int> counts;
    for (int index = 0; index < 8; ++index) {
        auto& client = clients.emplace_back(std::make_unique<RawClient>(server->port()));
        client->send("GET / HTTP/1.1\r\n\r\n");
        ++counts[body_of(client->read_response())];
    }
    EXPECT_EQ(counts["0"], 4);
    EXPECT_EQ(counts["1"], 4);
}

TEST_F(HttpServerTest, ConnectionsBeyondTheLimitWait) {
    HttpServerOptions options;
    options.max_connections = 1;
    serve(echo, options);
    auto first = std::make_unique<RawClient>(server->port());
    first->send("GET /first HTTP/1.1\r\n\r\n");
    first->read_response();
    RawClient second(server->port());
    second.send("GET /second HTTP/1.1\r\n\r\n");
    EXPECT_EQ(server->open_connections(), 1u);
    first.reset();
    EXPECT_TRUE(second.read_response().ends_with("GET /second?||"));
}

TEST_F(HttpServerTest, BodiesWaitForTheIngestBudget) {
    MemoryBudget budget(1000);
    HttpServerOptions options;
    options.budget = &budget;
    Event proceed;
    std::atomic<int> handling{0};
    serve(
        [&](HttpRequest&) -> Task<HttpResponse> {
            ++handling;
            co_await proceed.wait();
            co_return HttpResponse{};
        },
        options);
    const std::string request =
        "POST / HTTP/1.1\r\ncontent-length: 600\r\n\r\n" + std::string(600, 'x');
    RawClient first(server->port());
    first.send(request);
    RawClient second(server->port());
    second.send(request);
    const auto until = std::chrono::steady_clock::now() + 10s;
    while (handling == 0 && std::chrono::steady_clock::now() < until)
        std::this_thread::yield();
    EXPECT_EQ(budget.available(), 400);
    EXPECT_EQ(handling, 1);
    proceed.set();
    EXPECT_EQ(first.read_response().substr(9, 3), "200");
    EXPECT_EQ(second.read_response().substr(9, 3), "200");
    server->stop(2s);
    EXPECT_EQ(budget.available(), 1000);
}

TEST_F(HttpServerTest, StopLetsRequestsUnderWayFinish) {
    Event started;
    Event proceed;
    serve([&](HttpRequest&) -> Task<HttpResponse> {
        started.set();
        co_await proceed.wait();
        co_return HttpResponse{200, {}, "done"};
    });
    RawClient idle(server->port());
    RawClient busy(server->port());
    busy.send("GET / HTTP/1.1\r\n\r\n");
    testing::run_on(runtime.worker(0), started.wait());
    auto stopping = std::async(std::launch::async, [this] { return server->stop(10s); });
    EXPECT_TRUE(idle.closes_within(5s));
    proceed.set();
    const std::string response = busy.read_to_end();
    EXPECT_TRUE(response.ends_with("done"));
    EXPECT_NE(response.find("connection: close\r\n"), std::string::npos);
    EXPECT_EQ(stopping.get(), 0u);
    EXPECT_THROW(RawClient(server->port()), boost::system::system_error);
}

TEST_F(HttpServerTest, StopAbortsWhatIsLeftAfterTheGrace) {
    Event started;
    serve([&](HttpRequest& request) -> Task<HttpResponse> {
        started.set();
        co_await sleep_for(1h, request.abandoned);
        co_return HttpResponse{};
    });
    RawClient client(server->port());
    client.send("GET / HTTP/1.1\r\n\r\n");
    testing::run_on(runtime.worker(0), started.wait());
    EXPECT_EQ(server->stop(20ms), 1u);
    EXPECT_EQ(client.read_to_end(), "");
}

TEST_F(HttpServerTest, ASharedListenerGoesOnWithoutRefusingConnections) {
    serve(echo);
    HttpServerOptions options;
    options.address = "127.0.0.1:0";
    options.listener = server->share_listener();
    ASSERT_GE(options.listener, 0);
    const std::uint16_t port = server->port();
    auto next = HttpServer::listen(runtime, options, count_bytes);
    ASSERT_TRUE(next) << next.error().message;
    server->stop(1s);
    EXPECT_EQ((*next)->port(), port);
    RawClient client(port);
    client.send("GET / HTTP/1.0\r\n\r\n");
    EXPECT_TRUE(client.read_to_end().ends_with("\r\n\r\n0"));
    (*next)->stop(1s);
}

// So many requests that the server gathers the connections on fewer workers meanwhile.
TEST_F(HttpServerTest, ConnectionsThatChangeTheirWorkerLoseAndRepeatNothing) {
    HttpServerOptions options;
    options.max_requests_per_connection = 3'000;
    serve(echo, options);
    std::vector<std::thread> clients;
    std::atomic<std::size_t> right{0};
    std::atomic<std::size_t> closed{0};
    for (int client = 0; client < 6; ++client) {
        clients.emplace_back([&, client] {
            RawClient connection(server->port());
            for (std::size_t i = 0; i < options.max_requests_per_connection; ++i) {
                const std::string path = "/" + std::to_string(client) + "/" + std::to_string(i);
                connection.send("GET " + path + " HTTP/1.1\r\nhost: h\r\n\r\n");
                const std::string body = body_of(connection.read_response());
                right += body == "GET " + path + "?|host=h;|" ? 1 : 0;
            }
            closed += connection.closes_within(2s) ? 1 : 0;
        });
    }
    for (std::thread& client : clients) {
        client.join();
    }
    EXPECT_EQ(right, 6 * options.max_requests_per_connection);
    EXPECT_EQ(closed, 6U);
    EXPECT_EQ(server->stop(2s), 0U);
}

TEST_F(HttpServerTest, APortInUseIsAnError) {
    serve(echo);
    HttpServerOptions options;
    options.address = "127.0.0.1:" + std::to_string(server->port());
    auto second = HttpServer::listen(runtime, options, echo);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().message,
              "could not listen on " + options.address + ": Address already in use");
}

}  // namespace
}  // namespace engine::io
