#include "engine/io/stream_server.hpp"

#include <fcntl.h>
#include <netinet/tcp.h>
#include <openssl/x509.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <set>
#include <system_error>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include "engine/io/address.hpp"
#include "engine/io/event.hpp"
#include "engine/io/listener_handover.hpp"
#include "engine/io/timer.hpp"
#include "engine/io/unix_socket.hpp"

namespace engine::io {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr std::chrono::milliseconds out_of_descriptors_pause{100};
constexpr std::chrono::milliseconds aborted_handler_time{1'000};

std::string last_error() {
    return std::generic_category().message(errno);
}

Result<void> bind_tcp(int descriptor, const SocketAddress& address) {
    const tcp::endpoint endpoint(address.ip, address.port);
    const int on = 1;
    (void)::setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (::bind(descriptor, endpoint.data(), static_cast<socklen_t>(endpoint.size())) != 0) {
        return failure("could not listen on " + address.to_string() + ": " + last_error());
    }
    return {};
}

std::string subject_of(SSL* ssl) {
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(SSL_get1_peer_certificate(ssl),
                                                                  X509_free);
    if (certificate == nullptr) {
        return {};
    }
    const std::unique_ptr<BIO, decltype(&BIO_free)> text(BIO_new(BIO_s_mem()), BIO_free);
    X509_NAME_print_ex(text.get(), X509_get_subject_name(certificate.get()), 0,
                       XN_FLAG_RFC2253 & ~static_cast<unsigned long>(XN_FLAG_DN_REV));
    char* data = nullptr;
    const long size = BIO_get_mem_data(text.get(), &data);
    return {data, static_cast<std::size_t>(size)};
}

}  // namespace

Result<Network> Network::parse(const std::string& text) {
    Network network;
    boost::system::error_code error;
    const auto address = asio::ip::make_address(text, error);
    if (!error) {
        if (address.is_v4()) {
            network.v4_.emplace(address.to_v4(), 32);
        } else {
            network.v6_.emplace(address.to_v6(), 128);
        }
        return network;
    }
    const auto v4 = asio::ip::make_network_v4(text, error);
    if (!error) {
        network.v4_ = v4;
        return network;
    }
    const auto v6 = asio::ip::make_network_v6(text, error);
    if (!error) {
        network.v6_ = v6;
        return network;
    }
    return failure("`" + text + "` is no network: expected for example `10.0.0.0/8`");
}

bool Network::contains(const asio::ip::address& address) const {
    if (v4_) {
        if (address.is_v4() || address.to_v6().is_v4_mapped()) {
            const auto v4 = address.is_v4()
                                ? address.to_v4()
                                : asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
            return v4_->prefix_length() == 32
                       ? v4 == v4_->address()
                       : (v4.to_uint() & v4_->netmask().to_uint()) == v4_->network().to_uint();
        }
        return false;
    }
    if (!address.is_v6()) {
        return false;
    }
    const auto network = asio::ip::network_v6(address.to_v6(), v6_->prefix_length());
    return network.network() == v6_->network();
}

/// Shared by the server and everything that it has started.
struct StreamServer::State : std::enable_shared_from_this<StreamServer::State> {
    /// What one worker has; `connections` is touched on its thread only.
    struct Share {
        std::atomic<std::size_t> open{0};
        std::set<StreamConnection*> connections;
    };

    State(Runtime& on, StreamServerOptions with, StreamHandler serve_with,
          std::function<void(std::string)> refuse)
        : runtime(on),
          options(std::move(with)),
          handler(std::move(serve_with)),
          refused(std::move(refuse)),
          shares(on.size()) {}

    Runtime& runtime;
    const StreamServerOptions options;
    const StreamHandler handler;
    const std::function<void(std::string)> refused;
    std::shared_ptr<TlsContext> tls;
    std::optional<asio::posix::stream_descriptor> listener;
    std::vector<Share> shares;
    std::atomic<bool> stopping{false};
    StopSource stop;
    std::atomic<std::size_t> active{1};  // connections, and one for the acceptor
    Event room;
    Event finished;

    Result<void> open();
    Task<> accept();
    bool accept_ready();
    void hand_over(int descriptor);
    [[nodiscard]] bool at_limit() const;
    [[nodiscard]] std::size_t open_connections() const;
    Task<> serve(std::size_t worker, int descriptor);
    std::shared_ptr<StreamConnection> adopt(std::size_t worker, int descriptor);
    [[nodiscard]] bool permitted(const asio::ip::address& address) const;
    Task<bool> shake_hands(std::shared_ptr<StreamConnection> connection);
    static Task<> end_later(std::weak_ptr<StreamConnection> connection,
                            std::chrono::nanoseconds time, StopToken stop);
    void for_each_connection(void (StreamConnection::*action)());
    void stop_accepting();
    void leave();
};

Result<void> StreamServer::State::open() {
    if (options.tls.enabled) {
        tls = ENGINE_TRY(TlsContext::build(options.tls, TlsRole::Server));
    }
    if (const int left = ListenerHandover::instance().take(options.address); left >= 0) {
        listener.emplace(runtime.worker(0).context(), left);
        return {};
    }
    int family = AF_UNIX;
    ListenAddress on;
    if (!options.address.empty()) {
        on = ENGINE_TRY(ListenAddress::parse(options.address));
        family = on.address.ip.is_v6() ? AF_INET6 : AF_INET;
    }
    if (on.passed) {
        listener.emplace(runtime.worker(0).context(), ENGINE_TRY(on.take_passed()));
        return {};
    }
    const int descriptor = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor < 0) {
        return failure("could not open a socket: " + last_error());
    }
    listener.emplace(runtime.worker(0).context(), descriptor);
    if (options.receive_buffer_bytes) {
        // Inherited by what is accepted, and only so in time for the window's scale.
        const int bytes =
            static_cast<int>(std::min<std::uint64_t>(*options.receive_buffer_bytes, INT32_MAX));
        (void)::setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    }
    ENGINE_TRY(family == AF_UNIX ? bind_unix(descriptor, options.path, options.file_mode)
                                 : bind_tcp(descriptor, on.address));
    if (::listen(descriptor, SOMAXCONN) != 0) {
        return failure("could not listen: " + last_error());
    }
    return {};
}

std::size_t StreamServer::State::open_connections() const {
    std::size_t sum = 0;
    for (const Share& share : shares) {
        sum += share.open.load(std::memory_order_relaxed);
    }
    return sum;
}

bool StreamServer::State::at_limit() const {
    return options.connection_limit && open_connections() >= *options.connection_limit;
}

Task<> StreamServer::State::accept() {
    const auto self = shared_from_this();
    constexpr auto token = asio::as_tuple(asio::use_awaitable);
    while (!stopping) {
        if (at_limit()) {
            room.reset();
            if (at_limit() && !stopping) {
                co_await room.wait();
            }
            continue;
        }
        const auto [error] =
            co_await listener->async_wait(asio::posix::stream_descriptor::wait_read, token);
        if (error || stopping) {
            break;
        }
        if (!accept_ready()) {
            co_await sleep_for(out_of_descriptors_pause, stop.get_token());
        }
    }
    // A close alone would leave the event loop watching a socket that lives on in a duplicate.
    ::close(listener->release());
    listener.reset();
    if (!options.path.empty()) {
        ::unlink(options.path.c_str());
    }
    leave();
}

/// Takes what is in the listening queue. False when the process is out of descriptors or memory.
bool StreamServer::State::accept_ready() {
    while (!stopping && !at_limit()) {
        const int descriptor =
            ::accept4(listener->native_handle(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (descriptor >= 0) {
            hand_over(descriptor);
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            return true;
        } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
            return false;
        }
    }
    return true;
}

void StreamServer::State::hand_over(int descriptor) {
    std::size_t chosen = 0;
    for (std::size_t index = 1; index < shares.size(); ++index) {
        if (shares[index].open.load(std::memory_order_relaxed) <
            shares[chosen].open.load(std::memory_order_relaxed)) {
            chosen = index;
        }
    }
    ++active;
    ++shares[chosen].open;
    runtime.worker(chosen).spawn(serve(chosen, descriptor));
}

bool StreamServer::State::permitted(const asio::ip::address& address) const {
    if (!options.permit_origin) {
        return true;
    }
    for (const Network& network : *options.permit_origin) {
        if (network.contains(address)) {
            return true;
        }
    }
    return false;
}

/// Null when the connection is unusable or refused, or the server stops.
std::shared_ptr<StreamConnection> StreamServer::State::adopt(std::size_t worker, int descriptor) {
    tcp::socket socket(runtime.worker(worker).context());
    boost::system::error_code error;
    // Reading, writing and waiting are the same for a Unix socket; what differs is not used here.
    socket.assign(tcp::v4(), descriptor, error);
    if (error) {
        ::close(descriptor);
        return nullptr;
    }
    if (stopping) {
        return nullptr;
    }
    std::string peer;
    std::uint16_t port = 0;
    if (options.path.empty()) {
        const tcp::endpoint endpoint = socket.remote_endpoint(error);
        if (error) {
            return nullptr;
        }
        peer = endpoint.address().to_string();
        port = endpoint.port();
        if (!permitted(endpoint.address())) {
            refused("the address " + peer + " is not in `permit_origin`");
            return nullptr;
        }
        if (options.keepalive) {
            const int on = 1;
            const auto idle = static_cast<int>(options.keepalive->count());
            (void)::setsockopt(descriptor, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
            (void)::setsockopt(descriptor, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof idle);
        }
    } else {
        sockaddr_un address{};
        socklen_t size = sizeof address;
        if (::getpeername(descriptor, reinterpret_cast<sockaddr*>(&address), &size) == 0 &&
            size > sizeof(sa_family_t) && address.sun_path[0] != '\0') {
            peer = address.sun_path;
        }
    }
    socket.non_blocking(true, error);
    Stream stream = tls ? Stream(std::move(socket), *tls) : Stream(std::move(socket));
    auto connection = std::make_shared<StreamConnection>(std::move(stream));
    connection->peer = std::move(peer);
    connection->peer_port = port;
    return connection;
}

Task<bool> StreamServer::State::shake_hands(std::shared_ptr<StreamConnection> connection) {
    if (!tls) {
        co_return true;
    }
    StopSource done;
    io::Worker::current()->spawn(
        end_later(connection, options.handshake_timeout, done.get_token()));
    const Stream::ErrorCode error =
        co_await connection->stream_.handshake(asio::ssl::stream_base::server);
    done.request_stop();
    if (error) {
        refused("the TLS handshake failed: " + error.message());
        co_return false;
    }
    connection->subject = subject_of(connection->stream_.ssl());
    co_return true;
}

Task<> StreamServer::State::end_later(std::weak_ptr<StreamConnection> connection,
                                      std::chrono::nanoseconds time, StopToken stop) {
    const SleepResult slept = co_await sleep_for(time, stop);
    if (slept == SleepResult::Elapsed) {
        if (const auto open = connection.lock()) {
            open->abort();
        }
    }
}

Task<> StreamServer::State::serve(std::size_t worker, int descriptor) {
    const auto self = shared_from_this();
    auto connection = adopt(worker, descriptor);
    if (connection != nullptr) {
        shares[worker].connections.insert(connection.get());
        const bool ready = co_await shake_hands(connection);
        StopSource done;
        if (ready && options.max_connection_duration) {
            runtime.worker(worker).spawn(
                end_later(connection, *options.max_connection_duration, done.get_token()));
        }
        if (ready) {
            co_await handler(*connection);
        }
        done.request_stop();
        shares[worker].connections.erase(connection.get());
        connection->stream_.close();
    }
    --shares[worker].open;
    leave();
}

void StreamServer::State::for_each_connection(void (StreamConnection::*action)()) {
    for (std::size_t index = 0; index < shares.size(); ++index) {
        runtime.worker(index).post([self = shared_from_this(), index, action] {
            for (StreamConnection* connection : self->shares[index].connections) {
                (connection->*action)();
            }
        });
    }
}

void StreamServer::State::leave() {
    if (active.fetch_sub(1) == 1) {
        finished.set();
    }
    room.set();
}

void StreamServer::State::stop_accepting() {
    stopping = true;
    stop.request_stop();
    room.set();
    runtime.worker(0).post([self = shared_from_this()] {
        boost::system::error_code ignored;
        if (self->listener) {
            self->listener->cancel(ignored);
        }
    });
}

Result<std::unique_ptr<StreamServer>> StreamServer::listen(
    Runtime& runtime, StreamServerOptions options, StreamHandler handler,
    std::function<void(std::string)> refused) {
    auto state = std::make_shared<State>(runtime, std::move(options), std::move(handler),
                                         std::move(refused));
    ENGINE_TRY(state->open());
    runtime.worker(0).spawn(state->accept());
    return std::unique_ptr<StreamServer>(new StreamServer(std::move(state)));
}

StreamServer::~StreamServer() {
    if (!state_->stopping) {
        state_->stop_accepting();
        state_->for_each_connection(&StreamConnection::abort);
    }
}

std::size_t StreamServer::open_connections() const {
    return state_->open_connections();
}

Task<> StreamServer::stop(std::chrono::milliseconds grace) {
    const auto state = state_;
    if (ListenerHandover::instance().active() && !state->options.address.empty() &&
        !state->stopping) {
        ListenerHandover::instance().leave(
            state->options.address, ::fcntl(state->listener->native_handle(), F_DUPFD_CLOEXEC, 0));
    }
    state->stop_accepting();
    state->for_each_connection(&StreamConnection::drain);
    const bool in_time = co_await state->finished.wait_for(grace);
    if (!in_time) {
        state->for_each_connection(&StreamConnection::abort);
        co_await state->finished.wait_for(aborted_handler_time);
    }
}

}  // namespace engine::io
