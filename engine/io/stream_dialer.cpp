#include "engine/io/stream_dialer.hpp"

#include <fmt/format.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <system_error>
#include <vector>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>

#include "engine/io/timer.hpp"
#include "engine/io/unix_socket.hpp"

namespace engine::io {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr auto token = asio::as_tuple(asio::use_awaitable);

/// One attempt. Shared by the attempt and by what breaks it off.
struct Dial {
    Dial(Worker& worker, StreamTarget to)
        : target(std::move(to)), resolver(worker.context()), socket(worker.context()) {}

    const StreamTarget target;
    tcp::resolver resolver;
    tcp::socket socket;
    std::shared_ptr<Stream> stream;
    bool broken_off = false;

    void break_off() {
        broken_off = true;
        boost::system::error_code ignored;
        resolver.cancel();
        socket.close(ignored);
        if (stream) {
            stream->close();
        }
    }
    [[nodiscard]] Error error(const std::string& reason) const {
        return Error{fmt::format("could not connect to {}: {}", target.to_string(),
                                 broken_off ? "no connection in time" : reason)};
    }
};

Task<> break_off_later(std::shared_ptr<Dial> dial, std::chrono::milliseconds time,
                       StopToken connected) {
    const SleepResult slept = co_await sleep_for(time, connected);
    if (slept == SleepResult::Elapsed) {
        dial->break_off();
    }
}

Result<void> connect_unix(Dial& dial) {
    const sockaddr_un address = ENGINE_TRY(unix_address(dial.target.path));
    const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor < 0 ||
        ::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        const int reason = errno;
        if (descriptor >= 0) {
            ::close(descriptor);
        }
        return std::unexpected(dial.error(std::generic_category().message(reason)));
    }
    // Reading and writing are the same for a Unix socket; what differs is not used here.
    boost::system::error_code error;
    dial.socket.assign(tcp::v4(), descriptor, error);
    return {};
}

Task<Result<void>> connect_tcp(std::shared_ptr<Dial> dial) {
    std::vector<tcp::endpoint> addresses;
    boost::system::error_code error;
    const auto ip = asio::ip::make_address(dial->target.host, error);
    if (!error) {
        addresses.emplace_back(ip, dial->target.port);
    } else {
        const std::string port = std::to_string(dial->target.port);
        const auto [failed, results] = co_await dial->resolver.async_resolve(
            dial->target.host, port, tcp::resolver::numeric_service, token);
        error = failed;
        for (const auto& result : results) {
            addresses.push_back(result.endpoint());
        }
    }
    for (const tcp::endpoint& address : addresses) {
        boost::system::error_code ignored;
        dial->socket.close(ignored);
        const auto [failed] = co_await dial->socket.async_connect(address, token);
        error = failed;
        if (!error || dial->broken_off) {
            break;
        }
    }
    if (error || dial->broken_off) {
        co_return std::unexpected(dial->error(error.message()));
    }
    co_return Result<void>{};
}

void set_options(Dial& dial) {
    const int descriptor = dial.socket.native_handle();
    const StreamTarget& target = dial.target;
    if (target.send_buffer_bytes) {
        const int bytes =
            static_cast<int>(std::min<std::uint64_t>(*target.send_buffer_bytes, INT32_MAX));
        (void)::setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
    }
    const int on = 1;
    if (target.path.empty()) {
        (void)::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        if (target.keepalive) {
            const auto idle = static_cast<int>(target.keepalive->count());
            (void)::setsockopt(descriptor, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
            (void)::setsockopt(descriptor, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof idle);
        }
    }
    boost::system::error_code ignored;
    dial.socket.non_blocking(true, ignored);
}

}  // namespace

std::string StreamTarget::to_string() const {
    return host.empty() ? path : fmt::format("{}:{}", host, port);
}

Result<HostAndPort> HostAndPort::parse(const std::string& text) {
    const auto colon = text.rfind(':');
    HostAndPort result;
    result.host = text.substr(0, colon);
    if (result.host.starts_with('[') && result.host.ends_with(']')) {
        result.host = result.host.substr(1, result.host.size() - 2);
    }
    const char* end = text.data() + text.size();
    const auto [parsed, error] = colon == std::string::npos
                                     ? std::from_chars_result{end, std::errc::invalid_argument}
                                     : std::from_chars(text.data() + colon + 1, end, result.port);
    if (error != std::errc() || parsed != end || result.host.empty()) {
        return failure("`" + text +
                       "` is no address: expected for example `logs.example.com:9000`");
    }
    return result;
}

Task<Result<std::shared_ptr<Stream>>> dial(Worker& worker, StreamTarget target,
                                           std::chrono::milliseconds timeout, StopToken stop) {
    auto attempt = std::make_shared<Dial>(worker, std::move(target));
    StopSource done;
    worker.spawn(break_off_later(attempt, timeout, done.get_token()));
    const std::stop_callback give_up(
        stop, [attempt, &worker] { worker.post([attempt] { attempt->break_off(); }); });
    Result<void> connected;
    if (attempt->target.host.empty()) {
        connected = connect_unix(*attempt);
    } else {
        connected = co_await connect_tcp(attempt);
    }
    if (!connected) {
        done.request_stop();
        co_return std::unexpected(connected.error());
    }
    set_options(*attempt);
    if (!attempt->target.tls) {
        attempt->stream = std::make_shared<Stream>(std::move(attempt->socket));
    } else {
        attempt->stream =
            std::make_shared<Stream>(std::move(attempt->socket), *attempt->target.tls);
        name_tls_peer(attempt->stream->ssl(), attempt->target.tls->options(), attempt->target.host);
        const Stream::ErrorCode error =
            co_await attempt->stream->handshake(asio::ssl::stream_base::client);
        if (error || attempt->broken_off) {
            done.request_stop();
            co_return std::unexpected(attempt->error(tls_failure(error, attempt->stream->ssl())));
        }
    }
    done.request_stop();
    std::shared_ptr<Stream> stream = std::move(attempt->stream);
    attempt->stream.reset();
    co_return stream;
}

}  // namespace engine::io
