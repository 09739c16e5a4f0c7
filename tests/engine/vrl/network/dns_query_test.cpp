#include "engine/vrl/network/dns_query.hpp"

#include <gtest/gtest.h>

#include <boost/asio/ip/udp.hpp>
#include <functional>
#include <thread>

#include "engine/vrl/display.hpp"
#include "engine/vrl/network/dns_message.hpp"

namespace engine::vrl {
namespace {

using namespace std::chrono_literals;
using boost::asio::ip::udp;
using Bytes = std::vector<std::uint8_t>;

/// Answers one query with what `answer` makes of it; nothing when that is empty.
class OneAnswer {
public:
    explicit OneAnswer(std::function<std::vector<Bytes>(Bytes)> answer)
        : socket_(context_, {boost::asio::ip::make_address("127.0.0.1"), 0}),
          thread_([this, answer = std::move(answer)] {
              Bytes query(512);
              udp::endpoint peer;
              query.resize(socket_.receive_from(boost::asio::buffer(query), peer));
              for (const Bytes& bytes : answer(query)) {
                  socket_.send_to(boost::asio::buffer(bytes), peer);
              }
          }) {}
    ~OneAnswer() { thread_.join(); }

    DnsResolver resolver() {
        DnsResolver resolver;
        resolver.servers = {
            *parse_dns_server("127.0.0.1:" + std::to_string(socket_.local_endpoint().port()))};
        resolver.attempts = 1;
        return resolver;
    }

private:
    boost::asio::io_context context_;
    udp::socket socket_;
    std::thread thread_;
};

/// The query as its own answer, with one address.
Bytes with_address(Bytes message) {
    message[2] |= 0x80;
    message[7] = 1;
    for (const int byte : {0xc0, 0x0c, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 10, 0, 0, 7}) {
        message.push_back(static_cast<std::uint8_t>(byte));
    }
    return message;
}

TEST(DnsQuery, GetsTheRecords) {
    OneAnswer server([](const Bytes& query) { return std::vector<Bytes>{with_address(query)}; });
    const auto answer = query_dns(server.resolver(), "host.example", 1, 1);
    ASSERT_TRUE(answer) << answer.error();
    Arena arena;
    const auto object = dns_message_object(*answer, arena);
    ASSERT_TRUE(object);
    EXPECT_EQ(display(*object->as_object().find("answers")),
              R"([{ "class": "IN", "domain": "host.example", "rData": "10.0.0.7", )"
              R"("recordType": "A", "recordTypeId": 1, "ttl": 60 }])");
    EXPECT_EQ(display(*object->as_object().find("rcodeName")), "\"NOERROR\"");
}

TEST(DnsQuery, IgnoresAnswersToOtherQueries) {
    OneAnswer server([](const Bytes& query) {
        Bytes forged = with_address(query);
        forged[0] ^= 0xff;
        forged.back() = 66;
        return std::vector<Bytes>{forged, with_address(query)};
    });
    const auto answer = query_dns(server.resolver(), "host.example.", 1, 1);
    ASSERT_TRUE(answer) << answer.error();
    EXPECT_EQ(answer->back(), 7);
}

TEST(DnsQuery, EndsAtTheTimeout) {
    OneAnswer server([](const Bytes&) { return std::vector<Bytes>(); });
    DnsResolver resolver = server.resolver();
    resolver.timeout = 1s;
    const auto begin = std::chrono::steady_clock::now();
    const auto answer = query_dns(resolver, "a", 1, 1);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error(), "timed out");
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 10s);
}

TEST(DnsQuery, RefusesNamesThatCannotBe) {
    const DnsResolver resolver;
    EXPECT_EQ(query_dns(resolver, "a..b", 1, 1).error(), "empty label");
    EXPECT_EQ(query_dns(resolver, std::string(64, 'a'), 1, 1).error(), "long label");
    std::string name;
    for (int i = 0; i < 200; ++i) {
        name += "ab.";
    }
    EXPECT_EQ(query_dns(resolver, name, 1, 1).error(), "long domain name");
}

TEST(DnsMessage, RefusesMalformedOnes) {
    Arena arena;
    Bytes message = with_address(Bytes{0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 'a', 0, 0, 1, 0, 1});
    EXPECT_TRUE(dns_message_object(message, arena));
    for (std::size_t size = 0; size < message.size(); ++size) {
        EXPECT_FALSE(dns_message_object(std::span(message).first(size), arena)) << size;
    }
}

}  // namespace
}  // namespace engine::vrl
