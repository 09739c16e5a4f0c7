#pragma once

#include <boost/asio/ip/address.hpp>
#include <cstdint>
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

}  // namespace engine::io
