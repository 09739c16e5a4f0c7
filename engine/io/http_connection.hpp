#pragma once

#include <atomic>
#include <chrono>
#include <ctime>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/io/connection_spread.hpp"
#include "engine/io/http_request_parser.hpp"
#include "engine/io/http_server.hpp"
#include "engine/io/stream.hpp"

namespace engine::io {

class HttpConnection;

/// What the connections of one server on one worker share. Touched on that worker only.
struct HttpServerShare {
    std::list<HttpConnection*> connections;
    bool is_swept = false;  // a coroutine ends connections that are late
    std::time_t date_second = 0;
    std::string date;

    /// The value of the Date header, made once a second.
    [[nodiscard]] const std::string& current_date();
};

/// What a connection needs of its server; both outlive it.
struct HttpConnectionContext {
    const HttpServerOptions& options;
    const HttpHandler& handler;
    HttpServerShare& share;
    ConnectionSpread& spread;
    std::size_t worker;
    const std::atomic<bool>& stopping;
    StopToken abandoned;
};

/// A connection on its way from one worker to another, between two requests: its socket, which is
/// the holder's to close, and what counts over all its life.
struct MovingConnection {
    int descriptor = -1;
    std::size_t requests = 0;
    std::chrono::steady_clock::time_point retire_at;
};

/// One accepted connection: reads requests, has them handled, writes answers. Runs on its worker.
class HttpConnection {
public:
    HttpConnection(Stream stream, HttpConnectionContext context);
    ~HttpConnection();
    HttpConnection(const HttpConnection&) = delete;
    HttpConnection& operator=(const HttpConnection&) = delete;

    /// The same connection goes on where it was on another worker.
    void resume(const MovingConnection& earlier);
    /// Completes when the connection is closed, or is to go on on another worker.
    [[nodiscard]] Task<std::optional<MovingConnection>> run();

    /// While a reload passes the listener on, a connection that has just been accepted is still
    /// served its first request: to its client, closing it would look like a refusal.
    [[nodiscard]] bool spared();
    /// Ends a wait whose deadline has passed.
    void enforce_deadline(std::chrono::steady_clock::time_point now);
    /// Ends the connection if it waits for its next request.
    void close_if_idle();
    void abort();

private:
    enum class Phase { Handshake, Idle, Head, Body, Handling, Writing, Draining };
    enum class Next { Continue, Close };

    void enter(Phase phase, std::chrono::milliseconds timeout);
    /// Body bytes have come: the next ones may take as long as neither a stall nor a body that is
    /// too slow on the whole would.
    void expect_more_body();
    [[nodiscard]] bool may_go_on() const;
    [[nodiscard]] bool leaves_worker();
    [[nodiscard]] std::optional<MovingConnection> move_out();
    [[nodiscard]] Task<Next> serve_request();
    [[nodiscard]] Task<Next> read_head();
    [[nodiscard]] Task<Next> read_body();
    [[nodiscard]] Task<Next> read_sized_body();
    [[nodiscard]] Task<Next> read_chunked_body();
    [[nodiscard]] Task<Next> ensure_body_room(std::size_t room);
    [[nodiscard]] Task<> reserve_body(std::size_t bytes);
    [[nodiscard]] Task<Next> send_continue();
    [[nodiscard]] Task<Next> respond();
    [[nodiscard]] Task<> refuse(unsigned status);
    [[nodiscard]] Task<> drain();
    /// Reads more into the input buffer; false at the end of the connection.
    [[nodiscard]] Task<bool> fill();
    [[nodiscard]] Task<HttpResponse> handle();
    [[nodiscard]] Task<bool> write(const HttpResponse& response, bool keep);
    void format_head(const HttpResponse& response, bool keep);
    [[nodiscard]] std::string_view unread() const;
    void consume(std::size_t count);

    Stream stream_;
    HttpConnectionContext context_;
    std::list<HttpConnection*>::iterator position_;
    RequestParser parser_;
    HttpRequest request_;
    std::string remote_address_;
    std::uint16_t remote_port_ = 0;

    std::vector<char> input_;
    std::size_t input_begin_ = 0;
    std::size_t input_end_ = 0;
    std::string output_head_;

    Phase phase_ = Phase::Handshake;
    std::chrono::steady_clock::time_point deadline_;
    std::chrono::steady_clock::time_point retire_at_;
    std::chrono::steady_clock::time_point body_begin_;
    std::size_t requests_ = 0;
    bool expired_ = false;
    bool aborted_ = false;
    bool fresh_ = true;  // no request has come yet
};

}  // namespace engine::io
