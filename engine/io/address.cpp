#include "engine/io/address.hpp"

#include <fmt/format.h>

#include <charconv>

namespace engine::io {

namespace {

Result<std::uint16_t> parse_port(std::string_view text, std::string_view whole) {
    unsigned port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error != std::errc{} || end != text.data() + text.size() || port > 65535)
        return failure(
            fmt::format("`{}` in the address `{}` is not a port: expected a number from "
                        "0 to 65535",
                        text, whole));
    return static_cast<std::uint16_t>(port);
}

}  // namespace

std::string SocketAddress::to_string() const {
    return ip.is_v6() ? fmt::format("[{}]:{}", ip.to_string(), port)
                      : fmt::format("{}:{}", ip.to_string(), port);
}

Result<SocketAddress> parse_socket_address(std::string_view text) {
    if (text.starts_with("systemd"))
        return failure(
            fmt::format("the address `{}` names a socket passed by systemd, which is not "
                        "supported: give an IP address and port",
                        text));
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos)
        return failure(
            fmt::format("the address `{}` has no port: expected for example `0.0.0.0:8080`", text));
    std::string_view host = text.substr(0, colon);
    const bool bracketed = host.size() >= 2 && host.front() == '[' && host.back() == ']';
    if (bracketed)
        host = host.substr(1, host.size() - 2);
    else if (host.find(':') != std::string_view::npos)
        return failure(fmt::format(
            "the IPv6 address in `{}` needs brackets: expected for example `[::]:8080`", text));
    boost::system::error_code error;
    const auto ip = boost::asio::ip::make_address(host, error);
    if (error || ip.is_v6() != bracketed)
        return failure(
            fmt::format("`{}` in the address `{}` is not an IP address: expected for "
                        "example `0.0.0.0:8080` or `[::]:8080`",
                        host, text));
    const std::uint16_t port = ENGINE_TRY(parse_port(text.substr(colon + 1), text));
    return SocketAddress{ip, port};
}

}  // namespace engine::io
