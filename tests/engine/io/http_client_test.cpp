#include "engine/io/http_client.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/write.hpp>

#include "engine/io/event.hpp"
#include "engine/io/http_server.hpp"
#include "engine/io/timer.hpp"
#include "tests/engine/io/io_test_support.hpp"

namespace engine::io {
namespace {

using testing::run_on;
using testing::StartedRuntime;
using testing::TestCertificate;
using namespace std::chrono_literals;

/// A peer that answers each connection's bytes with prepared text, then closes; for what a proper
/// server would never do.
class ScriptedPeer {
public:
    explicit ScriptedPeer(std::vector<std::string> answers)
        : acceptor_(context_, {boost::asio::ip::make_address("127.0.0.1"), 0}),
          thread_([this, answers = std::move(answers)] { serve(answers); }) {}
    ~ScriptedPeer() { thread_.join(); }

    std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
    int connections = 0;

private:
    /// Each answer is for one request. Answers that start with "close:" end the connection; an
    /// empty rest does so without an answer.
    void serve(const std::vector<std::string>& answers) {
        for (std::size_t index = 0; index < answers.size();) {
            boost::asio::ip::tcp::socket socket(context_);
            acceptor_.accept(socket);
            ++connections;
            for (bool open = true; open && index < answers.size(); ++index) {
                std::string_view answer = answers[index];
                char buffer[65536];
                boost::system::error_code error;
                socket.read_some(boost::asio::buffer(buffer), error);
                open = !error && !answer.starts_with("close:");
                if (answer.starts_with("close:"))
                    answer.remove_prefix(6);
                boost::asio::write(socket, boost::asio::buffer(answer), error);
            }
        }
    }

    boost::asio::io_context context_;
    boost::asio::ip::tcp::acceptor acceptor_;
    std::thread thread_;
};

class HttpClientTest : public ::testing::Test {
protected:
    using Outcome = std::expected<ClientResponse, ClientError>;

    void serve(HttpHandler handler, HttpServerOptions options = {}) {
        options.address = "127.0.0.1:0";
        auto listening = HttpServer::listen(runtime, std::move(options), std::move(handler));
        ASSERT_TRUE(listening) << listening.error().message;
        server = std::move(*listening);
        port = server->port();
    }
    HttpClient& client(HttpClientOptions options = {}) {
        if (!client_)
            run_on(runtime.worker(0), make_client(std::move(options)));
        return *client_;
    }
    Task<> make_client(HttpClientOptions options) {
        client_ = std::make_unique<HttpClient>(runtime.worker(0), std::move(options));
        co_return;
    }
    Task<> drop_client() {
        client_.reset();
        co_return;
    }
    ClientRequest request(std::string target = "/") const {
        ClientRequest made;
        made.endpoint = {Scheme::Http, "127.0.0.1", port};
        made.target = std::move(target);
        return made;
    }
    Outcome send(ClientRequest made) {
        return run_on(runtime.worker(0), client().send(std::move(made)));
    }
    void TearDown() override {
        run_on(runtime.worker(0), drop_client());
        if (server)
            server->stop(2s);
    }

    StartedRuntime runtime{1};
    std::unique_ptr<HttpServer> server;
    std::unique_ptr<HttpClient> client_;
    std::uint16_t port = 0;
};

Task<HttpResponse> echo(HttpRequest& received) {
    HttpResponse response;
    response.status = 201;
    response.headers.emplace_back("X-Port", std::to_string(received.remote_port));
    response.body = std::string(received.method) + " " + std::string(received.target) + "|";
    for (const Header& header : received.headers)
        response.body += std::string(header.name) + "=" + std::string(header.value) + ";";
    response.body += "|";
    response.body += received.body.view();
    co_return response;
}

TEST_F(HttpClientTest, SendsHeadersAsGivenAndGathersTheBody) {
    serve(echo);
    ClientRequest made = request("/a?b");
    made.headers = {{"X-One", "1"}, {"x-one", "2"}, {"Transfer-Encoding", "chunked"}};
    made.body = {"he", "", "llo"};
    const Outcome outcome = send(std::move(made));
    ASSERT_TRUE(outcome) << outcome.error().message;
    EXPECT_EQ(outcome->status, 201u);
    EXPECT_EQ(outcome->body, "POST /a?b|Host=127.0.0.1:" + std::to_string(port) +
                                 ";X-One=1;x-one=2;Content-Length=5;|hello");
}

TEST_F(HttpClientTest, ReusesConnectionsUpToTheirRequestLimit) {
    serve(echo);
    HttpClientOptions options;
    options.max_requests_per_connection = 2;
    client(options);
    std::vector<std::string> ports;
    for (int index = 0; index < 4; ++index)
        ports.emplace_back(*send(request())->header("x-port"));
    EXPECT_EQ(ports[0], ports[1]);
    EXPECT_NE(ports[1], ports[2]);
    EXPECT_EQ(ports[2], ports[3]);
}

TEST_F(HttpClientTest, SendsLargeBodiesInPieces) {
    serve([](HttpRequest& received) -> Task<HttpResponse> {
        HttpResponse response;
        response.body = std::to_string(received.body.size());
        co_return response;
    });
    const std::string piece(std::size_t{1} << 20, 'x');
    ClientRequest made = request();
    made.body.assign(20, piece);
    const Outcome outcome = send(std::move(made));
    ASSERT_TRUE(outcome) << outcome.error().message;
    EXPECT_EQ(outcome->body, std::to_string(20 * piece.size()));
}

TEST_F(HttpClientTest, RetriesOnceWhenAPooledConnectionWasStale) {
    const std::string ok = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
    ScriptedPeer peer({ok, "close:", ok});
    port = peer.port();
    EXPECT_EQ(send(request())->body, "ok");
    EXPECT_EQ(send(request())->body, "ok");
    run_on(runtime.worker(0), drop_client());
    EXPECT_EQ(peer.connections, 2);
}

TEST_F(HttpClientTest, ANewConnectionThatBreaksIsNotRetried) {
    ScriptedPeer peer({"close:"});
    port = peer.port();
    const Outcome outcome = send(request());
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().kind, ClientErrorKind::Broken);
}

TEST_F(HttpClientTest, UnderstandsEveryWayThatAResponseEnds) {
    ScriptedPeer peer(
        {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabc",
         "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n",
         "HTTP/1.1 204 No Content\r\n\r\n", "close:HTTP/1.1 200 OK\r\n\r\nopen end",
         "close:nonsense\r\n\r\n", "close:HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nab"});
    port = peer.port();
    EXPECT_EQ(send(request())->body, "abc");
    EXPECT_EQ(send(request())->body, "abc");
    EXPECT_EQ(send(request())->status, 204u);
    EXPECT_EQ(send(request())->body, "open end");
    EXPECT_EQ(send(request()).error().kind, ClientErrorKind::InvalidResponse);
    EXPECT_EQ(send(request()).error().kind, ClientErrorKind::Broken);
}

TEST_F(HttpClientTest, KeepsOnlyTheStartOfALongResponse) {
    serve([](HttpRequest&) -> Task<HttpResponse> {
        HttpResponse response;
        response.body.assign(100'000, 'y');
        co_return response;
    });
    HttpClientOptions options;
    options.max_response_bytes = 10;
    client(options);
    const Outcome outcome = send(request());
    ASSERT_TRUE(outcome) << outcome.error().message;
    EXPECT_EQ(outcome->body, "yyyyyyyyyy");
    EXPECT_TRUE(outcome->body_truncated);
    EXPECT_EQ(client().idle_connections(), 1u);
}

TEST_F(HttpClientTest, GivesUpAfterTheTimeout) {
    serve([](HttpRequest& received) -> Task<HttpResponse> {
        co_await sleep_for(1h, received.abandoned);
        co_return HttpResponse{};
    });
    ClientRequest made = request();
    made.timeout = 100ms;
    const Outcome outcome = send(std::move(made));
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().kind, ClientErrorKind::Timeout);
    EXPECT_EQ(client().idle_connections(), 0u);
    server->stop(1ms);
    server.reset();
}

TEST_F(HttpClientTest, ARefusedConnectionIsAConnectError) {
    serve(echo);
    server->stop(1s);
    server.reset();
    const Outcome outcome = send(request());
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().kind, ClientErrorKind::Connect);
    EXPECT_NE(outcome.error().message.find("Connection refused"), std::string::npos);
}

TEST_F(HttpClientTest, TriesEveryAddressOfAName) {
    serve(echo);  // on 127.0.0.1 only, while localhost may be ::1 first
    ClientRequest made = request();
    made.endpoint.host = "localhost";
    const Outcome outcome = send(std::move(made));
    ASSERT_TRUE(outcome) << outcome.error().message;
}

TEST_F(HttpClientTest, AnUnknownNameIsAResolveError) {
    ClientRequest made = request();
    made.endpoint.host = "no-such-host.invalid";
    const Outcome outcome = send(std::move(made));
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().kind, ClientErrorKind::Resolve) << outcome.error().message;
}

TEST_F(HttpClientTest, ClosingEndsRequestsUnderWay) {
    Event started;
    serve([&](HttpRequest& received) -> Task<HttpResponse> {
        started.set();
        co_await sleep_for(1h, received.abandoned);
        co_return HttpResponse{};
    });
    client();
    auto pending = boost::asio::co_spawn(runtime.worker(0).context(), client_->send(request()),
                                         boost::asio::use_future);
    run_on(runtime.worker(0), started.wait());
    runtime.worker(0).post([this] { client_->close(); });
    const Outcome outcome = pending.get();
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().kind, ClientErrorKind::Broken);
    server->stop(1ms);
    server.reset();
}

TEST_F(HttpClientTest, GoesThroughAProxyWithTheAbsoluteTarget) {
    serve(echo);
    HttpClientOptions options;
    options.proxy.http = "http://user:pass@127.0.0.1:" + std::to_string(port);
    options.proxy.no_proxy = {"direct.invalid"};
    client(options);
    ClientRequest made = request("/p?q");
    made.endpoint = {Scheme::Http, "far.invalid", 8080};
    const Outcome outcome = send(std::move(made));
    ASSERT_TRUE(outcome) << outcome.error().message;
    EXPECT_TRUE(outcome->body.starts_with("POST http://far.invalid:8080/p?q|")) << outcome->body;
    EXPECT_NE(outcome->body.find("Proxy-Authorization=Basic dXNlcjpwYXNz;"), std::string::npos);
    made = request();
    made.endpoint = {Scheme::Http, "direct.invalid", 8080};
    EXPECT_EQ(send(std::move(made)).error().kind, ClientErrorKind::Resolve);
}

class HttpTlsTest : public HttpClientTest {
protected:
    HttpServerOptions server_options() const {
        HttpServerOptions options;
        options.tls.enabled = true;
        options.tls.crt_file = identity.certificate;
        options.tls.key_file = identity.key;
        return options;
    }
    HttpClientOptions client_options(const TlsOptions& tls) const {
        HttpClientOptions options;
        auto context = TlsContext::build(tls, TlsRole::Client);
        EXPECT_TRUE(context) << context.error().message;
        options.tls = *context;
        return options;
    }
    ClientRequest secure_request(std::string host) const {
        ClientRequest made = request();
        made.endpoint = {Scheme::Https, std::move(host), port};
        return made;
    }

    const TestCertificate identity = TestCertificate::make();
};

TEST_F(HttpTlsTest, ExchangesOverTlsAndReusesTheConnection) {
    serve(echo, server_options());
    TlsOptions tls;
    tls.ca_file = identity.certificate;
    client(client_options(tls));
    for (const char* host : {"localhost", "127.0.0.1"}) {
        const std::string body(100'000, 'b');
        ClientRequest first = secure_request(host);
        first.body = {body};
        const Outcome outcome = send(std::move(first));
        ASSERT_TRUE(outcome) << outcome.error().message;
        EXPECT_TRUE(outcome->body.ends_with(body));
        EXPECT_EQ(send(secure_request(host))->header("x-port"), outcome->header("x-port"));
    }
}

TEST_F(HttpTlsTest, RefusesAnUnknownCertificateUnlessVerificationIsOff) {
    serve(echo, server_options());
    client(client_options({}));
    const Outcome outcome = send(secure_request("localhost"));
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().kind, ClientErrorKind::Tls);
    EXPECT_EQ(outcome.error().message, "the certificate was refused: self-signed certificate");
    run_on(runtime.worker(0), drop_client());
    TlsOptions trusting;
    trusting.verify_certificate = false;
    client(client_options(trusting));
    EXPECT_TRUE(send(secure_request("localhost")));
}

TEST_F(HttpTlsTest, ChecksTheHostNameUnlessToldNotTo) {
    serve(echo, server_options());
    TlsOptions tls;
    tls.ca_file = identity.certificate;
    tls.server_name = "other.example";
    client(client_options(tls));
    const Outcome outcome = send(secure_request("localhost"));
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().message, "the certificate was refused: hostname mismatch");
    run_on(runtime.worker(0), drop_client());
    tls.verify_hostname = false;
    client(client_options(tls));
    EXPECT_TRUE(send(secure_request("localhost")));
}

TEST_F(HttpTlsTest, AServerMayDemandClientCertificates) {
    HttpServerOptions options = server_options();
    options.tls.verify_certificate = true;
    options.tls.ca_file = identity.certificate;
    serve(echo, options);
    TlsOptions tls;
    tls.ca_file = identity.certificate;
    client(client_options(tls));
    EXPECT_FALSE(send(secure_request("localhost")));
    run_on(runtime.worker(0), drop_client());
    tls.crt_file = identity.certificate;
    tls.key_file = identity.key;
    client(client_options(tls));
    EXPECT_TRUE(send(secure_request("localhost")));
}

}  // namespace
}  // namespace engine::io
