#include "engine/io/http_dialer.hpp"

#include <fmt/format.h>
#include <boost/asio/ip/address.hpp>

#include "engine/io/event.hpp"

namespace engine::io {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr auto token = asio::as_tuple(asio::use_awaitable);

std::unexpected<ClientError> client_failure(ClientErrorKind kind, std::string message) {
    return std::unexpected(ClientError{kind, std::move(message)});
}

/// A name look-up. Asio cannot break one off that hangs, so it runs by itself and the exchange may
/// leave before it ends: shared by the two.
struct Lookup {
    explicit Lookup(Worker& worker) : resolver(worker.context()) {}

    tcp::resolver resolver;
    boost::system::error_code error;
    std::vector<tcp::endpoint> addresses;
    Event done;
};

Task<> look_up(std::shared_ptr<Lookup> lookup, std::string host, std::uint16_t port) {
    const auto [error, results] = co_await lookup->resolver.async_resolve(
        host, std::to_string(port), tcp::resolver::numeric_service, token);
    lookup->error = error;
    for (const auto& result : results)
        lookup->addresses.push_back(result.endpoint());
    lookup->done.set();
}

}  // namespace

Task<HttpDialer::Connection> HttpDialer::dial(Endpoint endpoint, const Proxy* proxy,
                                              std::shared_ptr<TlsContext> tls,
                                              ClientExchange& exchange) {
    Socket socket(worker_.context());
    const std::string host = proxy != nullptr ? proxy->host : endpoint.host;
    const std::uint16_t port = proxy != nullptr ? proxy->port : endpoint.port;
    auto error = co_await connect(host, port, socket, exchange);
    if (error)
        co_return std::unexpected(*std::move(error));
    if (endpoint.scheme == Scheme::Http)
        co_return std::make_unique<HttpClientConnection>(Stream(std::move(socket)),
                                                         max_response_bytes_);
    if (proxy != nullptr) {
        error = co_await open_tunnel(endpoint, *proxy, socket, exchange);
    }
    if (error)
        co_return std::unexpected(*std::move(error));
    auto secured = co_await secure(endpoint, tls, socket, exchange);
    co_return secured;
}

Task<std::expected<HttpDialer::Addresses, ClientError>> HttpDialer::resolve(
    std::string host, std::uint16_t port, ClientExchange& exchange) {
    boost::system::error_code not_an_address;
    const auto ip = asio::ip::make_address(host, not_an_address);
    if (!not_an_address)
        co_return Addresses{tcp::endpoint(ip, port)};
    auto lookup = std::make_shared<Lookup>(worker_);
    worker_.spawn(look_up(lookup, host, port));
    exchange.interrupt = [lookup] { lookup->done.set(); };
    co_await lookup->done.wait();
    exchange.interrupt = nullptr;
    if (exchange.ended())
        co_return client_failure(ClientErrorKind::Timeout,
                                 fmt::format("the name {} was not resolved in time", host));
    if (lookup->error || lookup->addresses.empty())
        co_return client_failure(
            ClientErrorKind::Resolve,
            fmt::format("could not resolve {}: {}", host, lookup->error.message()));
    co_return std::move(lookup->addresses);
}

Task<std::optional<ClientError>> HttpDialer::connect(std::string host, std::uint16_t port,
                                                     Socket& socket, ClientExchange& exchange) {
    auto addresses = co_await resolve(host, port, exchange);
    if (!addresses)
        co_return std::move(addresses.error());
    exchange.interrupt = [&socket] {
        boost::system::error_code ignored;
        socket.close(ignored);
    };
    boost::system::error_code error;
    for (const tcp::endpoint& address : *addresses) {
        boost::system::error_code ignored;
        socket.close(ignored);
        const auto [attempt] = co_await socket.async_connect(address, token);
        error = attempt;
        if (!error || exchange.ended())
            break;
    }
    exchange.interrupt = nullptr;
    if (exchange.ended())
        co_return ClientError{ClientErrorKind::Timeout,
                              fmt::format("no connection to {}:{} in time", host, port)};
    if (error)
        co_return ClientError{
            ClientErrorKind::Connect,
            fmt::format("could not connect to {}:{}: {}", host, port, error.message())};
    co_return std::nullopt;
}

Task<std::optional<ClientError>> HttpDialer::open_tunnel(Endpoint endpoint, const Proxy& proxy,
                                                         Socket& socket, ClientExchange& exchange) {
    const bool v6 = endpoint.host.find(':') != std::string::npos;
    ClientRequest request;
    request.method = "CONNECT";
    request.target =
        fmt::format(fmt::runtime(v6 ? "[{}]:{}" : "{}:{}"), endpoint.host, endpoint.port);
    request.headers.emplace_back("Host", request.target);
    request.endpoint = endpoint;
    HttpClientConnection connection(Stream(std::move(socket)), max_response_bytes_);
    exchange.interrupt = [&connection] { connection.close(); };
    HttpClientConnection::Addressing addressing{false, proxy.authorization};
    auto response = co_await connection.exchange(request, addressing);
    exchange.interrupt = nullptr;
    socket = connection.release();
    if (!response)
        co_return ClientError{response.error().kind,
                              "the proxy did not open a tunnel: " + response.error().message};
    if (response->status / 100 != 2)
        co_return ClientError{
            ClientErrorKind::Connect,
            fmt::format("the proxy refused the tunnel with status {}", response->status)};
    co_return std::nullopt;
}

Task<HttpDialer::Connection> HttpDialer::secure(Endpoint endpoint, std::shared_ptr<TlsContext> tls,
                                                Socket& socket, ClientExchange& exchange) {
    Stream stream(std::move(socket), *tls);
    name_tls_peer(stream.ssl(), tls->options(), endpoint.host);
    exchange.interrupt = [&stream] { stream.close(); };
    const auto error = co_await stream.handshake(asio::ssl::stream_base::client);
    exchange.interrupt = nullptr;
    if (exchange.ended())
        co_return client_failure(ClientErrorKind::Timeout, "the TLS handshake took too long");
    if (error)
        co_return client_failure(ClientErrorKind::Tls, tls_failure(error, stream.ssl()));
    co_return std::make_unique<HttpClientConnection>(std::move(stream), max_response_bytes_);
}

}  // namespace engine::io
