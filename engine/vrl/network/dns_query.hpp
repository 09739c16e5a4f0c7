#pragma once

#include <sys/socket.h>

#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace engine::vrl {

/// A server's address with its port.
struct DnsServer {
    sockaddr_storage address{};
    socklen_t size = 0;
};

/// `1.2.3.4`, `1.2.3.4:5353`, `fe80::1`, `[fe80::1]:5353`; port 53 where none is given.
[[nodiscard]] std::optional<DnsServer> parse_dns_server(std::string_view text);

/// How queries are sent. Without changes it is what `/etc/resolv.conf` says.
struct DnsResolver {
    [[nodiscard]] static DnsResolver of_system();

    std::vector<DnsServer> servers;
    /// For one attempt with one server.
    std::chrono::seconds timeout{5};
    /// Rounds through the servers.
    int attempts = 2;
    bool only_authoritative = false;
    bool use_tcp = false;
    bool recurse = true;
    /// Whether queries begin with another server each time.
    bool rotate = false;
};

/// The number of a record type (`A`, `TYPE65`) or class (`IN`, `CLASS3`), in any case.
[[nodiscard]] std::optional<std::uint16_t> dns_type(std::string_view name);
[[nodiscard]] std::optional<std::uint16_t> dns_class(std::string_view name);
[[nodiscard]] std::string dns_type_name(std::uint16_t type);
[[nodiscard]] std::string dns_class_name(std::uint16_t number);

/// Asks for records and waits: at most time-out by attempts by servers. What comes back is a whole
/// answer to this query; truncated ones are asked for again over TCP. The error is a sentence.
[[nodiscard]] std::expected<std::vector<std::uint8_t>, std::string> query_dns(
    const DnsResolver& resolver, std::string_view domain, std::uint16_t type, std::uint16_t number);

}  // namespace engine::vrl
