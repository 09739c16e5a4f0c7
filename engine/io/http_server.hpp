#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "engine/diagnostic/error.hpp"
#include "engine/io/http_message.hpp"
#include "engine/io/http_request_parser.hpp"
#include "engine/io/memory_budget.hpp"
#include "engine/io/runtime.hpp"
#include "engine/io/task.hpp"
#include "engine/io/tls.hpp"

namespace engine::io {

/// Answers a request, on the connection's worker. The request lives until the task has ended. It
/// may run once per connection at the same time, on every worker. A handler that throws makes a
/// 500.
using HttpHandler = std::function<Task<HttpResponse>(HttpRequest&)>;

struct HttpServerOptions {
    /// "ip:port"; port 0 lets the system choose.
    std::string address;
    TlsOptions tls;
    RequestLimits limits;
    /// From the first byte of a request (or the connection's start) to the end of its head.
    std::chrono::milliseconds header_timeout{30'000};
    /// The longest pause within a body, or while the peer does not read its answer.
    std::chrono::milliseconds stall_timeout{30'000};
    /// A body that arrives more slowly, looked at over all of it and beyond this time, is given up.
    std::size_t min_body_bytes_per_second = 1'024;
    std::chrono::milliseconds slow_body_grace{60'000};
    /// How long a connection may wait for its next request.
    std::chrono::milliseconds keep_alive_timeout{75'000};
    /// A connection older than this gets `connection: close` with its next answer; 0 is never.
    std::chrono::milliseconds max_connection_age{300'000};
    /// The age is spread by this part of itself, up and down, so that clients do not all come back
    /// at once.
    double max_connection_age_jitter = 0.1;
    /// After that many requests a connection gets `connection: close` with its answer.
    std::size_t max_requests_per_connection = 100'000;
    /// Beyond these, clients wait in the listening queue.
    std::size_t max_connections = 65'536;
    /// How often deadlines are looked at: their precision.
    std::chrono::milliseconds sweep_interval{1'000};
    MemoryBudget* budget = &MemoryBudget::process();
    /// A listening socket to go on with instead of opening `address`, as a reload passes it on
    /// (see HttpServer::share_listener). The server takes it over.
    int listener = -1;
};

/// An HTTP/1.1 (and 1.0) server. One acceptor, on the first worker, gives each connection to the
/// worker that has the fewest. `listen` and `stop` may be called from any thread but a worker's;
/// `stop_task` is for coroutines.
class HttpServer {
public:
    [[nodiscard]] static Result<std::unique_ptr<HttpServer>> listen(Runtime& runtime,
                                                                    HttpServerOptions options,
                                                                    HttpHandler handler);
    /// Aborts what is left when it has not been stopped.
    ~HttpServer();
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;

    [[nodiscard]] std::uint16_t port() const;
    [[nodiscard]] std::size_t open_connections() const;
    /// Before `stop`: a duplicate of the listening socket, for the server that follows this one; -1
    /// on failure. While both live, the system queues new connections for either.
    [[nodiscard]] int share_listener() const;

    /// Stops accepting, closes idle connections, lets requests under way finish until `grace` has
    /// passed, then aborts. The result is how many connections were aborted. Handlers that are
    /// still suspended then see `HttpRequest::abandoned`; they are waited for a second more.
    [[nodiscard]] Task<std::size_t> stop_task(std::chrono::milliseconds grace);
    std::size_t stop(std::chrono::milliseconds grace);

private:
    struct State;
    explicit HttpServer(std::shared_ptr<State> state);

    std::shared_ptr<State> state_;
    bool stopped_ = false;
};

}  // namespace engine::io
