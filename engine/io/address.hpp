#pragma once

#include <boost/asio/ip/address.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/diagnostic/error.hpp"

namespace engine::io {

/// An IP address and port to listen on or to reach.
struct SocketAddress {
    boost::asio::ip::address ip;
    std::uint16_t port = 0;

    /// "127.0.0.1:80" or "[::1]:80".
    [[nodiscard]] std::string to_string() const;
    bool operator==(const SocketAddress&) const = default;
};

/// Parses "0.0.0.0:8080" or "[::]:80". Host names are refused: the error says what is expected.
[[nodiscard]] Result<SocketAddress> parse_socket_address(std::string_view text);

/// Where to listen: an address, or a socket that systemd has passed ("systemd": the first one,
/// "systemd#2": the second). The number counts from 0.
struct ListenAddress {
    SocketAddress address;
    std::optional<unsigned> passed;

    [[nodiscard]] static Result<ListenAddress> parse(std::string_view text);
    /// A descriptor of the passed socket, for the caller to own; an error when there is none.
    [[nodiscard]] Result<int> take_passed() const;
};

}  // namespace engine::io
