#include "engine/io/address.hpp"

#include <gtest/gtest.h>

#include "engine/io/proxy.hpp"

namespace engine::io {
namespace {

std::string error_of(std::string_view text) {
    const auto address = parse_socket_address(text);
    return address ? "" : address.error().message;
}

TEST(SocketAddress, ParsesBothFamilies) {
    EXPECT_EQ(parse_socket_address("0.0.0.0:8080")->to_string(), "0.0.0.0:8080");
    EXPECT_EQ(parse_socket_address("[::1]:80")->to_string(), "[::1]:80");
}

TEST(SocketAddress, SaysWhatIsWrong) {
    EXPECT_EQ(error_of("127.0.0.1"),
              "the address `127.0.0.1` has no port: expected for example `0.0.0.0:8080`");
    EXPECT_EQ(error_of("::1:80"),
              "the IPv6 address in `::1:80` needs brackets: expected for example `[::]:8080`");
    EXPECT_EQ(
        error_of("localhost:80"),
        "`localhost` in the address `localhost:80` is not an IP address: expected for example "
        "`0.0.0.0:8080` or `[::]:8080`");
    EXPECT_EQ(error_of("1.2.3.4:65536"),
              "`65536` in the address `1.2.3.4:65536` is not a port: expected a number from 0 to "
              "65535");
    EXPECT_NE(error_of("[1.2.3.4]:80"), "");
    EXPECT_NE(error_of("1.2.3.4:"), "");
    EXPECT_NE(error_of("systemd#0"), "");
}

TEST(Proxy, ReadsTheUrl) {
    const auto proxy = parse_proxy("http://user:p%40ss@proxy.example:3128");
    ASSERT_TRUE(proxy) << proxy.error().message;
    EXPECT_EQ(proxy->host, "proxy.example");
    EXPECT_EQ(proxy->port, 3128);
    EXPECT_EQ(proxy->authorization, "Basic dXNlcjpwQHNz");
    EXPECT_FALSE(parse_proxy("proxy:3128"));
    EXPECT_FALSE(parse_proxy("https://proxy"));
}

TEST(Proxy, BypassesNamedHosts) {
    EXPECT_TRUE(bypasses_proxy({"*"}, "any.example"));
    EXPECT_TRUE(bypasses_proxy({"example.com"}, "a.example.com"));
    EXPECT_TRUE(bypasses_proxy({".example.com"}, "Example.com"));
    EXPECT_FALSE(bypasses_proxy({"example.com"}, "badexample.com"));
    EXPECT_TRUE(bypasses_proxy({"10.0.0.0/8"}, "10.1.2.3"));
    EXPECT_FALSE(bypasses_proxy({"10.0.0.0/8"}, "11.1.2.3"));
    EXPECT_TRUE(bypasses_proxy({"fd00::/8"}, "fd00::1"));
}

}  // namespace
}  // namespace engine::io
