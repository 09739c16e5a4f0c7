#include "engine/io/http_client.hpp"

#include <boost/asio/steady_timer.hpp>
#include <list>
#include <map>
#include <optional>

#include "engine/io/http_client_connection.hpp"
#include "engine/io/http_dialer.hpp"

namespace engine::io {

namespace asio = boost::asio;
using std::chrono::steady_clock;

namespace {

constexpr std::chrono::milliseconds tick_while_active{50};
constexpr std::chrono::milliseconds tick_while_idle{1'000};
/// A connection that has been idle for less is taken without a look at its socket.
constexpr std::chrono::milliseconds fresh_time{500};

using Connection = std::unique_ptr<HttpClientConnection>;
using SendResult = std::expected<ClientResponse, ClientError>;

std::unexpected<ClientError> client_failure(ClientErrorKind kind, std::string message) {
    return std::unexpected(ClientError{kind, std::move(message)});
}

}  // namespace

struct HttpClient::State : std::enable_shared_from_this<HttpClient::State> {
    State(Worker& on, HttpClientOptions with);

    Worker& worker;
    HttpClientOptions options;
    HttpDialer dialer;
    std::optional<Proxy> http_proxy;
    std::optional<Proxy> https_proxy;
    /// Set when the options are unusable: what every request then gets.
    std::optional<ClientError> broken_options;
    std::map<Endpoint, std::vector<Connection>> idle;
    std::list<ClientExchange*> exchanges;
    asio::steady_timer timer;
    bool ticking = false;
    bool ticking_slowly = false;
    bool closed = false;

    void use_proxy(const std::string& url, std::optional<Proxy>& proxy);
    const Proxy* proxy_for(const Endpoint& endpoint) const;
    Connection take_idle(const Endpoint& endpoint);
    void give_back(const Endpoint& endpoint, Connection connection);

    Task<SendResult> send(ClientRequest request);
    Task<SendResult> send_on(HttpClientConnection& connection, const ClientRequest& request,
                             ClientExchange& exchange, steady_clock::time_point deadline);

    void start_ticking();
    Task<> tick();
    void end_expired(steady_clock::time_point now);
    void drop_idle(steady_clock::time_point now);
    void close();
};

HttpClient::State::State(Worker& on, HttpClientOptions with)
    : worker(on),
      options(std::move(with)),
      dialer(on, options.max_response_bytes),
      timer(on.context()) {
    if (options.proxy.enabled) {
        use_proxy(options.proxy.http, http_proxy);
        use_proxy(options.proxy.https, https_proxy);
    }
    if (!options.tls) {
        auto tls = TlsContext::build(TlsOptions{}, TlsRole::Client);
        if (tls)
            options.tls = *std::move(tls);
        else
            broken_options = ClientError{ClientErrorKind::Tls, tls.error().message};
    }
}

void HttpClient::State::use_proxy(const std::string& url, std::optional<Proxy>& proxy) {
    if (url.empty())
        return;
    auto parsed = parse_proxy(url);
    if (parsed)
        proxy = *std::move(parsed);
    else
        broken_options = ClientError{ClientErrorKind::Connect, parsed.error().message};
}

const Proxy* HttpClient::State::proxy_for(const Endpoint& endpoint) const {
    const auto& proxy = endpoint.scheme == Scheme::Http ? http_proxy : https_proxy;
    if (!proxy || bypasses_proxy(options.proxy.no_proxy, endpoint.host))
        return nullptr;
    return &*proxy;
}

Connection HttpClient::State::take_idle(const Endpoint& endpoint) {
    const auto pool = idle.find(endpoint);
    if (pool == idle.end())
        return nullptr;
    while (!pool->second.empty()) {
        Connection connection = std::move(pool->second.back());
        pool->second.pop_back();
        if (Worker::now() - connection->idle_since() < fresh_time || !connection->looks_closed())
            return connection;
    }
    return nullptr;
}

void HttpClient::State::give_back(const Endpoint& endpoint, Connection connection) {
    const std::size_t most = options.max_requests_per_connection;
    if (closed || !connection->reusable() || (most != 0 && connection->requests() >= most))
        return;
    auto& pool = idle[endpoint];
    if (pool.size() >= options.max_idle_connections)
        return;
    connection->set_idle_since(Worker::now());
    pool.push_back(std::move(connection));
}

Task<SendResult> HttpClient::State::send_on(HttpClientConnection& connection,
                                            const ClientRequest& request, ClientExchange& exchange,
                                            steady_clock::time_point deadline) {
    const bool plain = request.endpoint.scheme == Scheme::Http;
    const Proxy* proxy = plain ? proxy_for(request.endpoint) : nullptr;
    HttpClientConnection::Addressing addressing;
    if (proxy != nullptr)
        addressing = {true, proxy->authorization};
    exchange.deadline = deadline;
    exchange.interrupt = [&connection] { connection.close(); };
    auto result = co_await connection.exchange(request, addressing);
    exchange.interrupt = nullptr;
    if (!result && exchange.expired)
        co_return client_failure(ClientErrorKind::Timeout, "no complete response in time");
    co_return result;
}

Task<SendResult> HttpClient::State::send(ClientRequest request) {
    const auto self = shared_from_this();
    if (broken_options)
        co_return std::unexpected(*broken_options);
    if (closed)
        co_return client_failure(ClientErrorKind::Broken, "the client is closed");
    const auto start = Worker::now();
    const auto deadline = start + request.timeout;
    ClientExchange exchange;
    exchange.deadline = deadline;
    const auto position = exchanges.insert(exchanges.end(), &exchange);
    const auto leave = [this](auto* where) { exchanges.erase(*where); };
    const std::unique_ptr<const std::list<ClientExchange*>::iterator, decltype(leave)> registered(
        &position, leave);
    start_ticking();

    if (Connection pooled = take_idle(request.endpoint)) {
        auto result = co_await send_on(*pooled, request, exchange, deadline);
        const bool stale =
            !result && result.error().kind == ClientErrorKind::Broken && !pooled->received_any();
        if (!stale || exchange.ended()) {
            give_back(request.endpoint, std::move(pooled));
            co_return result;
        }
    }
    exchange.deadline = std::min(deadline, Worker::now() + request.connect_timeout);
    auto connection =
        co_await dialer.dial(request.endpoint, proxy_for(request.endpoint), options.tls, exchange);
    if (!connection && exchange.closed)
        co_return client_failure(ClientErrorKind::Broken, "the client was closed");
    if (!connection)
        co_return std::unexpected(std::move(connection.error()));
    auto result = co_await send_on(**connection, request, exchange, deadline);
    give_back(request.endpoint, *std::move(connection));
    co_return result;
}

void HttpClient::State::start_ticking() {
    if (!ticking) {
        ticking = true;
        worker.spawn(tick());
    } else if (ticking_slowly) {
        timer.cancel();
    }
}

// One timer a client instead of one a request: arming a timer for every request would cost more
// than the rest of its bookkeeping.
Task<> HttpClient::State::tick() {
    const auto self = shared_from_this();
    while (!exchanges.empty() || !idle.empty()) {
        ticking_slowly = exchanges.empty();
        timer.expires_after(ticking_slowly ? tick_while_idle : tick_while_active);
        co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
        ticking_slowly = false;
        const auto now = Worker::now();
        end_expired(now);
        drop_idle(now);
    }
    ticking = false;
}

void HttpClient::State::end_expired(steady_clock::time_point now) {
    for (ClientExchange* exchange : exchanges) {
        if (exchange->ended() || now < exchange->deadline)
            continue;
        exchange->expired = true;
        if (exchange->interrupt)
            exchange->interrupt();
    }
}

void HttpClient::State::drop_idle(steady_clock::time_point now) {
    for (auto& [endpoint, pool] : idle)
        std::erase_if(pool, [this, now](const Connection& connection) {
            return now - connection->idle_since() >= options.idle_timeout;
        });
    std::erase_if(idle, [](const auto& entry) { return entry.second.empty(); });
}

void HttpClient::State::close() {
    closed = true;
    idle.clear();
    for (ClientExchange* exchange : exchanges) {
        exchange->closed = true;
        if (exchange->interrupt)
            exchange->interrupt();
    }
    timer.cancel();
}

HttpClient::HttpClient(Worker& worker, HttpClientOptions options)
    : state_(std::make_shared<State>(worker, std::move(options))) {}

HttpClient::~HttpClient() {
    state_->close();
}

Task<std::expected<ClientResponse, ClientError>> HttpClient::send(ClientRequest request) {
    return state_->send(std::move(request));
}

void HttpClient::close() {
    state_->close();
}

std::size_t HttpClient::idle_connections() const {
    std::size_t sum = 0;
    for (const auto& [endpoint, pool] : state_->idle)
        sum += pool.size();
    return sum;
}

}  // namespace engine::io
