#pragma once

#include <chrono>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/io/http_client.hpp"
#include "engine/io/http_client_connection.hpp"

namespace engine::io {

/// A request under way, as its client sees it: when it must end, and how to make it end. Lives in
/// the frame of `HttpClient::send`.
struct ClientExchange {
    std::chrono::steady_clock::time_point deadline;
    bool expired = false;
    bool closed = false;
    /// Wakes what the exchange waits for; replaced from phase to phase.
    std::move_only_function<void()> interrupt;

    [[nodiscard]] bool ended() const { return expired || closed; }
};

/// Opens connections: looks the name up, tries every address, goes through a proxy, does the TLS
/// handshake. Stateless but for its references; runs on the client's worker.
class HttpDialer {
public:
    using Connection = std::expected<std::unique_ptr<HttpClientConnection>, ClientError>;

    HttpDialer(Worker& worker, std::size_t max_response_bytes)
        : worker_(worker), max_response_bytes_(max_response_bytes) {}

    /// `proxy` and `tls` are null when there is none; both outlive the task.
    [[nodiscard]] Task<Connection> dial(Endpoint endpoint, const Proxy* proxy,
                                        std::shared_ptr<TlsContext> tls, ClientExchange& exchange);

private:
    using Socket = boost::asio::ip::tcp::socket;
    using Addresses = std::vector<boost::asio::ip::tcp::endpoint>;

    [[nodiscard]] Task<std::expected<Addresses, ClientError>> resolve(std::string host,
                                                                      std::uint16_t port,
                                                                      ClientExchange& exchange);
    [[nodiscard]] Task<std::optional<ClientError>> connect(std::string host, std::uint16_t port,
                                                           Socket& socket,
                                                           ClientExchange& exchange);
    [[nodiscard]] Task<std::optional<ClientError>> open_tunnel(Endpoint endpoint,
                                                               const Proxy& proxy, Socket& socket,
                                                               ClientExchange& exchange);
    [[nodiscard]] Task<Connection> secure(Endpoint endpoint, std::shared_ptr<TlsContext> tls,
                                          Socket& socket, ClientExchange& exchange);

    Worker& worker_;
    std::size_t max_response_bytes_;
};

}  // namespace engine::io
