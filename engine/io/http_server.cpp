#include "engine/io/http_server.hpp"
#include "engine/io/listener_handover.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/ip/tcp.hpp>
#include <future>
#include <mutex>
#include <utility>

#include "engine/diagnostic/assert.hpp"
#include "engine/io/address.hpp"
#include "engine/io/connection_spread.hpp"
#include "engine/io/event.hpp"
#include "engine/io/http_connection.hpp"
#include "engine/io/stream.hpp"
#include "engine/io/timer.hpp"

namespace engine::io {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr std::chrono::milliseconds out_of_descriptors_pause{100};
constexpr std::chrono::milliseconds abandoned_handler_time{1'000};

Result<void> open_listener(tcp::acceptor& acceptor, const HttpServerOptions& options) {
    const SocketAddress address = ENGINE_TRY(parse_socket_address(options.address));
    const tcp::endpoint endpoint(address.ip, address.port);
    boost::system::error_code error;
    if (options.listener >= 0) {
        acceptor.assign(endpoint.protocol(), options.listener, error);
    } else {
        acceptor.open(endpoint.protocol(), error);
        if (!error)
            acceptor.set_option(tcp::acceptor::reuse_address(true), error);
        if (!error)
            acceptor.bind(endpoint, error);
        if (!error)
            acceptor.listen(asio::socket_base::max_listen_connections, error);
    }
    if (!error)
        acceptor.non_blocking(true, error);
    if (error)
        return failure("could not listen on " + address.to_string() + ": " + error.message());
    return {};
}

}  // namespace

/// Shared by the server and everything that it has started, because a handler may outlast the
/// server's grace.
struct HttpServer::State : std::enable_shared_from_this<HttpServer::State> {
    State(Runtime& on, HttpServerOptions with, HttpHandler answer)
        : runtime(on),
          options(std::move(with)),
          handler(std::move(answer)),
          acceptor(std::in_place, on.worker(0).context()),
          spread(std::make_shared<ConnectionSpread>(on)),
          shares(on.size()) {}

    Runtime& runtime;
    const HttpServerOptions options;
    const HttpHandler handler;
    std::shared_ptr<TlsContext> tls;
    /// Gone once accepting has ended, for this state may outlive the first worker.
    std::optional<tcp::acceptor> acceptor;
    std::uint16_t port = 0;
    tcp protocol = tcp::v4();
    const std::shared_ptr<ConnectionSpread> spread;
    std::vector<HttpServerShare> shares;
    std::atomic<bool> stopping{false};
    StopSource sweeping;
    StopSource abandoned;
    /// Connections, and one for the acceptor.
    std::atomic<std::size_t> active{1};
    Event room;
    Event finished;

    Task<> accept();
    void stop_accepting();
    bool accept_ready();
    void hand_over(int descriptor);
    std::unique_ptr<HttpConnection> adopt(std::size_t worker, int descriptor);
    Task<> serve(std::size_t worker, int descriptor, std::optional<MovingConnection> earlier);
    Task<> sweep(std::size_t worker);
    void leave();

    void for_each_connection(void (HttpConnection::*action)());
};

void HttpServer::State::leave() {
    if (active.fetch_sub(1) == 1)
        finished.set();
    room.set();
}

Task<> HttpServer::State::accept() {
    const auto self = shared_from_this();
    constexpr auto token = asio::as_tuple(asio::use_awaitable);
    while (!stopping) {
        if (spread->open() >= options.max_connections) {
            room.reset();
            if (spread->open() >= options.max_connections && !stopping) {
                co_await room.wait();
            }
            continue;
        }
        const auto [error] = co_await acceptor->async_wait(tcp::acceptor::wait_read, token);
        if (error || stopping)
            break;
        if (!accept_ready()) {
            co_await sleep_for(out_of_descriptors_pause, sweeping.get_token());
        }
    }
    // A close alone would leave the event loop watching a socket that lives on in a duplicate.
    boost::system::error_code ignored;
    const int descriptor = acceptor->release(ignored);
    if (!ignored)
        ::close(descriptor);
    acceptor.reset();
    leave();
}

void HttpServer::State::stop_accepting() {
    stopping = true;
    room.set();
    runtime.worker(0).post([self = shared_from_this()] {
        boost::system::error_code ignored;
        if (self->acceptor)
            self->acceptor->cancel(ignored);
    });
}

/// Takes what is in the listening queue. False when the process is out of descriptors or memory.
bool HttpServer::State::accept_ready() {
    while (!stopping && spread->open() < options.max_connections) {
        const int descriptor =
            ::accept4(acceptor->native_handle(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (descriptor >= 0)
            hand_over(descriptor);
        else if (errno == EAGAIN || errno == EWOULDBLOCK)
            return true;
        else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
            return false;
    }
    return true;
}

void HttpServer::State::hand_over(int descriptor) {
    const std::size_t worker = spread->place();
    ++active;
    runtime.worker(worker).spawn(serve(worker, descriptor, std::nullopt));
}

/// Null when the descriptor is unusable or the server stops.
std::unique_ptr<HttpConnection> HttpServer::State::adopt(std::size_t worker, int descriptor) {
    tcp::socket socket(runtime.worker(worker).context());
    boost::system::error_code error;
    socket.assign(protocol, descriptor, error);
    if (error)
        ::close(descriptor);
    if (error || (stopping && !ListenerHandover::instance().active()))
        return nullptr;
    Stream stream = tls ? Stream(std::move(socket), *tls) : Stream(std::move(socket));
    return std::make_unique<HttpConnection>(
        std::move(stream), HttpConnectionContext{options, handler, shares[worker], *spread, worker,
                                                 stopping, abandoned.get_token()});
}

Task<> HttpServer::State::serve(std::size_t worker, int descriptor,
                                std::optional<MovingConnection> earlier) {
    const auto self = shared_from_this();
    std::optional<MovingConnection> moving;
    if (const auto connection = adopt(worker, descriptor)) {
        if (!std::exchange(shares[worker].is_swept, true)) {
            runtime.worker(worker).spawn(sweep(worker));
        }
        if (earlier) {
            connection->resume(*earlier);
        }
        moving = co_await connection->run();
    }
    spread->remove(worker);
    if (!moving) {
        leave();
        co_return;
    }
    const std::size_t next = spread->place();
    runtime.worker(next).spawn(serve(next, moving->descriptor, moving));
}

// As long as the worker has connections: an idle server wakes nobody.
Task<> HttpServer::State::sweep(std::size_t worker) {
    const auto self = shared_from_this();
    const StopToken stop = sweeping.get_token();
    HttpServerShare& share = shares[worker];
    while (!share.connections.empty()) {
        const SleepResult slept = co_await sleep_for(options.sweep_interval, stop);
        if (slept == SleepResult::Stopped)
            break;
        const auto now = Worker::now();
        for (HttpConnection* connection : share.connections)
            connection->enforce_deadline(now);
    }
    share.is_swept = false;
}

void HttpServer::State::for_each_connection(void (HttpConnection::*action)()) {
    for (std::size_t index = 0; index < shares.size(); ++index)
        runtime.worker(index).post([self = shared_from_this(), index, action] {
            for (HttpConnection* connection : self->shares[index].connections)
                (connection->*action)();
        });
}

Result<std::unique_ptr<HttpServer>> HttpServer::listen(Runtime& runtime, HttpServerOptions options,
                                                       HttpHandler handler) {
    if (options.listener < 0)
        options.listener = ListenerHandover::instance().take(options.address);
    auto state = std::make_shared<State>(runtime, std::move(options), std::move(handler));
    if (state->options.tls.enabled)
        state->tls = ENGINE_TRY(TlsContext::build(state->options.tls, TlsRole::Server));
    ENGINE_TRY(open_listener(*state->acceptor, state->options));
    boost::system::error_code error;
    const tcp::endpoint local = state->acceptor->local_endpoint(error);
    if (error)
        return failure("could not listen on " + state->options.address + ": " + error.message());
    state->port = local.port();
    state->protocol = local.protocol();
    runtime.worker(0).spawn(state->accept());
    return std::unique_ptr<HttpServer>(new HttpServer(std::move(state)));
}

HttpServer::HttpServer(std::shared_ptr<State> state) : state_(std::move(state)) {}

HttpServer::~HttpServer() {
    if (stopped_)
        return;
    state_->abandoned.request_stop();
    state_->sweeping.request_stop();
    state_->spread->stop();
    state_->stop_accepting();
    state_->for_each_connection(&HttpConnection::abort);
}

std::uint16_t HttpServer::port() const {
    return state_->port;
}

std::size_t HttpServer::open_connections() const {
    return state_->spread->open();
}

int HttpServer::share_listener() const {
    return ::fcntl(state_->acceptor->native_handle(), F_DUPFD_CLOEXEC, 0);
}

Task<std::size_t> HttpServer::stop_task(std::chrono::milliseconds grace) {
    const auto state = state_;
    stopped_ = true;
    if (ListenerHandover::instance().active())
        ListenerHandover::instance().leave(state->options.address, share_listener());
    state->stop_accepting();
    state->for_each_connection(&HttpConnection::close_if_idle);
    std::size_t aborted = 0;
    const bool in_time = co_await state->finished.wait_for(grace);
    if (!in_time) {
        aborted = state->spread->open();
        state->abandoned.request_stop();
        state->for_each_connection(&HttpConnection::abort);
        co_await state->finished.wait_for(abandoned_handler_time);
    }
    state->sweeping.request_stop();
    state->spread->stop();
    co_return aborted;
}

std::size_t HttpServer::stop(std::chrono::milliseconds grace) {
    ENGINE_ASSERT(Worker::current() == nullptr, "a worker would wait for itself");
    std::promise<std::size_t> promise;
    auto result = promise.get_future();
    state_->runtime.worker(0).spawn([](HttpServer* self, std::chrono::milliseconds time,
                                       std::promise<std::size_t> done) -> Task<> {
        const std::size_t aborted = co_await self->stop_task(time);
        done.set_value(aborted);
    }(this, grace, std::move(promise)));
    return result.get();
}

}  // namespace engine::io
