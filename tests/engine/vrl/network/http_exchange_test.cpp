#include "engine/vrl/network/http_exchange.hpp"

#include <gtest/gtest.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <thread>

namespace engine::vrl {
namespace {

using boost::asio::ip::tcp;

/// Answers one request a connection with each of the texts, and keeps the requests.
class Peer {
public:
    explicit Peer(std::vector<std::string> answers)
        : acceptor_(context_, {boost::asio::ip::make_address("127.0.0.1"), 0}),
          thread_([this, answers = std::move(answers)] {
              for (const std::string& answer : answers) {
                  tcp::socket socket(context_);
                  acceptor_.accept(socket);
                  std::string request(65536, '\0');
                  request.resize(socket.read_some(boost::asio::buffer(request)));
                  requests.push_back(request);
                  boost::asio::write(socket, boost::asio::buffer(answer));
              }
          }) {}
    ~Peer() { finish(); }
    void finish() {
        if (thread_.joinable()) {
            thread_.join();
        }
    }
    std::string url() const {
        return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port());
    }
    std::vector<std::string> requests;

private:
    boost::asio::io_context context_;
    tcp::acceptor acceptor_;
    std::thread thread_;
};

std::string answer(std::string_view head, std::string_view body) {
    return "HTTP/1.1 " + std::string(head) +
           "\r\nconnection: close\r\ncontent-length: " + std::to_string(body.size()) + "\r\n\r\n" +
           std::string(body);
}

TEST(HttpExchange, GivesTheBodyWhateverTheStatus) {
    Peer peer({answer("404 Not Found", "none")});
    const HttpExchange exchange{peer.url() + "/a?b=1", "PUT", {{"x-a", "1"}}, "hello", {}};
    const auto body = exchange_http(exchange);
    ASSERT_TRUE(body) << body.error();
    EXPECT_EQ(*body, "none");
    peer.finish();
    EXPECT_TRUE(peer.requests[0].starts_with("PUT /a?b=1 HTTP/1.1\r\n")) << peer.requests[0];
    EXPECT_NE(peer.requests[0].find("x-a: 1\r\n"), std::string::npos);
    EXPECT_TRUE(peer.requests[0].ends_with("hello"));
}

TEST(HttpExchange, FollowsRedirectionsWithoutCredentialsToOtherHosts) {
    Peer target({answer("200 OK", "there")});
    Peer first({answer("303 See Other\r\nlocation: " + target.url() + "/x", "")});
    const HttpExchange exchange{first.url(), "POST", {{"Authorization", "s"}}, "body", {}};
    const auto body = exchange_http(exchange);
    ASSERT_TRUE(body) << body.error();
    EXPECT_EQ(*body, "there");
    target.finish();
    EXPECT_TRUE(target.requests[0].starts_with("GET /x HTTP/1.1\r\n"));
    EXPECT_EQ(target.requests[0].find("Authorization"), std::string::npos);
}

TEST(HttpExchange, EndsLoopsOfRedirections) {
    Peer peer(std::vector<std::string>(11, answer("302 Found\r\nlocation: /again", "")));
    const auto body = exchange_http({peer.url(), "GET", {}, "", {}});
    ASSERT_FALSE(body);
    EXPECT_TRUE(body.error().ends_with("too many redirects")) << body.error();
}

TEST(HttpExchange, RefusesOtherSchemes) {
    EXPECT_EQ(exchange_http({"ftp://a/", "GET", {}, "", {}}).error(), "builder error");
    EXPECT_EQ(exchange_http({"nothing", "GET", {}, "", {}}).error(), "builder error");
}

}  // namespace
}  // namespace engine::vrl
