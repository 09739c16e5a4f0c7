#include "engine/io/address.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>

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

Result<ListenAddress> ListenAddress::parse(std::string_view text) {
    ListenAddress listen;
    if (text == "systemd") {
        listen.passed = 0;
        return listen;
    }
    if (text.starts_with("systemd#")) {
        unsigned number = 0;
        const char* end = text.data() + text.size();
        const auto [parsed, error] = std::from_chars(text.data() + 8, end, number);
        if (error == std::errc{} && parsed == end && number > 0) {
            listen.passed = number - 1;
            return listen;
        }
    }
    Result<SocketAddress> address = parse_socket_address(text);
    if (text.starts_with("systemd") || !address)
        return failure(fmt::format(
            "must be an IPv4 or IPv6 address with a port, or `systemd` or `systemd#1` for a socket "
            "that systemd has passed{}",
            text.starts_with("systemd") ? "" : ": " + address.error().message));
    listen.address = *address;
    return listen;
}

Result<int> ListenAddress::take_passed() const {
    constexpr unsigned first = 3;  // as sd_listen_fds(3) says
    const auto number = [](const char* name) {
        const char* text = std::getenv(name);
        return text == nullptr ? 0UL : std::strtoul(text, nullptr, 10);
    };
    if (number("LISTEN_PID") != static_cast<unsigned long>(::getpid()) ||
        *passed >= number("LISTEN_FDS"))
        return failure(
            fmt::format("systemd has passed no socket number {} to this process", *passed + 1));
    const int descriptor = ::fcntl(static_cast<int>(first + *passed), F_DUPFD_CLOEXEC, 0);
    if (descriptor < 0)
        return failure(fmt::format("the socket number {} of systemd cannot be used", *passed + 1));
    (void)::fcntl(descriptor, F_SETFL, ::fcntl(descriptor, F_GETFL) | O_NONBLOCK);
    return descriptor;
}

}  // namespace engine::io
