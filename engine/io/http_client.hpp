#pragma once

#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/diagnostic/error.hpp"
#include "engine/io/http_response_parser.hpp"
#include "engine/io/proxy.hpp"
#include "engine/io/runtime.hpp"
#include "engine/io/task.hpp"
#include "engine/io/tls.hpp"

namespace engine::io {

enum class Scheme : std::uint8_t { Http, Https };

/// Whom a request goes to. `host` is a name or an IP address, IPv6 without brackets.
struct Endpoint {
    Scheme scheme = Scheme::Http;
    std::string host;
    std::uint16_t port = 80;

    auto operator<=>(const Endpoint&) const = default;
};

/// A request to send. `Host` is added unless given, `Content-Length` is always that of
/// the body, `Transfer-Encoding` is dropped. Names go out as spelt.
struct ClientRequest {
    std::string method = "POST";
    Endpoint endpoint;
    /// Path and query, as they go on the wire.
    std::string target = "/";
    std::vector<std::pair<std::string, std::string>> headers;
    /// Sent one after the other without copying; the caller keeps the bytes until `send` is done.
    std::vector<std::string_view> body;
    std::chrono::milliseconds connect_timeout{10'000};
    /// For the whole exchange, connecting included.
    std::chrono::milliseconds timeout{60'000};
};

enum class ClientErrorKind { Resolve, Connect, Tls, Broken, Timeout, InvalidResponse };

/// Why there is no answer. Broken: the connection ended before the answer was complete, so the
/// peer may have acted on the request or not.
struct ClientError {
    ClientErrorKind kind;
    std::string message;
};

struct HttpClientOptions {
    /// Needed for https endpoints. Null: certificates are verified against the system's store.
    std::shared_ptr<TlsContext> tls;
    ProxyOptions proxy;
    /// Idle connections kept per endpoint.
    std::size_t max_idle_connections = 64;
    std::chrono::milliseconds idle_timeout{60'000};
    /// A connection is closed after that many requests; 0 is no limit.
    std::size_t max_requests_per_connection = 0;
    /// What is longer is read and discarded.
    std::size_t max_response_bytes = std::size_t{1} << 20;
};

/// Sends HTTP/1.1 requests over keep-alive connections that it pools per endpoint. Belongs to one
/// worker: constructed, used, closed and destroyed there. Any number of `send`s may overlap, each
/// on a connection of its own. Time-outs are precise to 50 ms.
class HttpClient {
public:
    HttpClient(Worker& worker, HttpClientOptions options);
    ~HttpClient();
    HttpClient(const HttpClient&) = delete;
    HttpClient& operator=(const HttpClient&) = delete;

    /// A request on a pooled connection that turns out closed before any byte of the answer is
    /// sent once more on a new one.
    [[nodiscard]] Task<std::expected<ClientResponse, ClientError>> send(ClientRequest request);

    /// Closes idle connections and ends requests under way as Broken. Later `send`s fail.
    void close();

    [[nodiscard]] std::size_t idle_connections() const;

private:
    struct State;
    /// Shared with the requests under way, which a destroyed client ends but does not wait for.
    std::shared_ptr<State> state_;
};

}  // namespace engine::io
