#include "engine/io/datagram_sender.hpp"

#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "engine/io/unix_socket.hpp"

namespace engine::io {

namespace asio = boost::asio;
using asio::ip::udp;

namespace {

constexpr auto token = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t at_once = 64;

Result<int> connected_socket(int family, const sockaddr* address, socklen_t size) {
    const int descriptor = ::socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor < 0 || ::connect(descriptor, address, size) != 0) {
        const int reason = errno;
        if (descriptor >= 0) {
            ::close(descriptor);
        }
        return failure(std::generic_category().message(reason));
    }
    return descriptor;
}

}  // namespace

Task<Result<std::unique_ptr<DatagramSender>>> DatagramSender::open_udp(
    Worker& worker, std::string host, std::uint16_t port,
    std::optional<std::uint64_t> send_buffer_bytes) {
    boost::system::error_code error;
    const auto ip = asio::ip::make_address(host, error);
    udp::endpoint endpoint(ip, port);
    if (error) {
        udp::resolver resolver(worker.context());
        const std::string service = std::to_string(port);
        const auto [failed, results] =
            co_await resolver.async_resolve(host, service, udp::resolver::numeric_service, token);
        if (failed || results.empty()) {
            co_return failure(fmt::format("could not resolve {}: {}", host, failed.message()));
        }
        endpoint = results.begin()->endpoint();
    }
    const Result<int> descriptor = connected_socket(endpoint.protocol().family(), endpoint.data(),
                                                    static_cast<socklen_t>(endpoint.size()));
    if (!descriptor) {
        co_return failure(
            fmt::format("could not open {}:{}: {}", host, port, descriptor.error().message));
    }
    if (send_buffer_bytes) {
        const int bytes = static_cast<int>(std::min<std::uint64_t>(*send_buffer_bytes, INT32_MAX));
        (void)::setsockopt(*descriptor, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
    }
    co_return std::unique_ptr<DatagramSender>(new DatagramSender(worker, *descriptor));
}

Result<std::unique_ptr<DatagramSender>> DatagramSender::open_unix(Worker& worker,
                                                                  const std::string& path) {
    const sockaddr_un address = ENGINE_TRY(unix_address(path));
    const Result<int> descriptor =
        connected_socket(AF_UNIX, reinterpret_cast<const sockaddr*>(&address), sizeof address);
    if (!descriptor) {
        return failure(
            fmt::format("could not connect to {}: {}", path, descriptor.error().message));
    }
    return std::unique_ptr<DatagramSender>(new DatagramSender(worker, *descriptor));
}

DatagramSender::Outcome DatagramSender::send(std::span<const std::string_view> datagrams) {
    Outcome outcome;
    std::array<iovec, at_once> parts{};
    std::array<mmsghdr, at_once> messages{};
    while (outcome.sent < datagrams.size()) {
        const std::size_t count = std::min(at_once, datagrams.size() - outcome.sent);
        for (std::size_t i = 0; i < count; ++i) {
            const std::string_view bytes = datagrams[outcome.sent + i];
            parts[i] = {const_cast<char*>(bytes.data()), bytes.size()};  // only read
            messages[i] = {};
            messages[i].msg_hdr.msg_iov = &parts[i];
            messages[i].msg_hdr.msg_iovlen = 1;
        }
        const int sent = ::sendmmsg(socket_.native_handle(), messages.data(),
                                    static_cast<unsigned>(count), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent > 0) {
            outcome.sent += static_cast<std::size_t>(sent);
        } else if (errno != EINTR) {
            const bool full = errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS;
            outcome.error = full ? 0 : errno;
            return outcome;
        }
    }
    return outcome;
}

Task<> DatagramSender::writable() {
    co_await socket_.async_wait(asio::posix::stream_descriptor::wait_write, token);
}

}  // namespace engine::io
