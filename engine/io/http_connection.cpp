#include "engine/io/http_connection.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <exception>
#include <random>

#include "engine/io/listener_handover.hpp"

namespace engine::io {

namespace asio = boost::asio;
using std::chrono::steady_clock;

namespace {

constexpr std::size_t initial_input = 4096;
constexpr std::size_t read_size = std::size_t{64} << 10;
constexpr std::chrono::milliseconds drain_time{2'000};
/// What a request reserves of the budget before it has sent anything of its body. The rest it gets
/// as it sends, so that announcing large bodies takes nothing from others.
constexpr std::size_t first_reservation = std::size_t{1} << 20;
constexpr std::size_t first_chunked_capacity = std::size_t{16} << 10;

steady_clock::time_point retirement(const HttpServerOptions& options) {
    if (options.max_connection_age.count() == 0)
        return steady_clock::time_point::max();
    thread_local std::minstd_rand random{std::random_device{}()};
    const double jitter = std::clamp(options.max_connection_age_jitter, 0.0, 1.0);
    std::uniform_real_distribution<double> factor(1.0 - jitter, 1.0 + jitter);
    const std::chrono::duration<double, std::milli> age(
        static_cast<double>(options.max_connection_age.count()) * factor(random));
    return Worker::now() + std::chrono::duration_cast<steady_clock::duration>(age);
}

/// A line break in a value would start another header: it becomes a blank.
void append_safely(std::string& out, std::string_view text) {
    const std::size_t begin = out.size();
    out += text;
    for (std::size_t index = begin; index < out.size(); ++index)
        if (out[index] == '\r' || out[index] == '\n' || out[index] == '\0')
            out[index] = ' ';
}

void append_number(std::string& out, std::size_t number) {
    char digits[20];
    const auto [end, error] = std::to_chars(digits, digits + sizeof digits, number);
    out.append(digits, end);
}

bool status_forbids_body(unsigned status) {
    return status == 204 || status == 304;
}

}  // namespace

const std::string& HttpServerShare::current_date() {
    timespec now{};
    clock_gettime(CLOCK_REALTIME_COARSE, &now);
    if (now.tv_sec != date_second) {
        date_second = now.tv_sec;
        std::tm utc{};
        gmtime_r(&date_second, &utc);
        char text[64];
        date.assign(text, std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &utc));
    }
    return date;
}

HttpConnection::HttpConnection(Stream stream, HttpConnectionContext context)
    : stream_(std::move(stream)),
      context_(std::move(context)),
      position_(context_.share.connections.insert(context_.share.connections.end(), this)),
      parser_(context_.options.limits),
      input_(initial_input),
      retire_at_(retirement(context_.options)) {
    boost::system::error_code error;
    stream_.socket().non_blocking(true, error);
    stream_.socket().set_option(asio::ip::tcp::no_delay(true), error);
    const auto peer = stream_.socket().remote_endpoint(error);
    remote_address_ = peer.address().to_string();
    remote_port_ = peer.port();
}

HttpConnection::~HttpConnection() {
    context_.share.connections.erase(position_);
}

void HttpConnection::enter(Phase phase, std::chrono::milliseconds timeout) {
    phase_ = phase;
    deadline_ = Worker::now() + timeout;
}

void HttpConnection::expect_more_body() {
    const HttpServerOptions& options = context_.options;
    const std::chrono::duration<double> earned(
        static_cast<double>(request_.body.size()) /
        static_cast<double>(std::max<std::size_t>(options.min_body_bytes_per_second, 1)));
    const auto latest = body_begin_ + options.slow_body_grace +
                        std::chrono::duration_cast<steady_clock::duration>(earned);
    deadline_ = std::min(Worker::now() + options.stall_timeout, latest);
}

bool HttpConnection::may_go_on() const {
    return parser_.keep_alive() && !aborted_ &&
           !context_.stopping.load(std::memory_order_relaxed) && Worker::now() < retire_at_ &&
           requests_ < context_.options.max_requests_per_connection;
}

void HttpConnection::enforce_deadline(steady_clock::time_point now) {
    if (phase_ == Phase::Handling || expired_ || now < deadline_)
        return;
    expired_ = true;
    stream_.cancel();
}

bool HttpConnection::spared() {
    constexpr std::chrono::milliseconds longest{500};
    if (!fresh_ || !ListenerHandover::instance().active())
        return false;
    deadline_ = std::min(deadline_, Worker::now() + longest);
    return true;
}

void HttpConnection::close_if_idle() {
    if ((phase_ == Phase::Idle || phase_ == Phase::Handshake) && !spared())
        abort();
}

void HttpConnection::abort() {
    aborted_ = true;
    stream_.close();
}

std::string_view HttpConnection::unread() const {
    return {input_.data() + input_begin_, input_end_ - input_begin_};
}

void HttpConnection::consume(std::size_t count) {
    input_begin_ += count;
    if (input_begin_ == input_end_)
        input_begin_ = input_end_ = 0;
}

Task<bool> HttpConnection::fill() {
    if (input_end_ == input_.size()) {
        const std::size_t size = input_end_ - input_begin_;
        if (input_begin_ != 0)
            std::memmove(input_.data(), input_.data() + input_begin_, size);
        else
            input_.resize(input_.size() * 2);
        input_begin_ = 0;
        input_end_ = size;
    }
    const auto [error, count] = co_await stream_.read_some(
        asio::buffer(input_.data() + input_end_, input_.size() - input_end_));
    input_end_ += count;
    co_return !error;
}

void HttpConnection::resume(const MovingConnection& earlier) {
    requests_ = earlier.requests;
    retire_at_ = earlier.retire_at;
    fresh_ = false;
}

/// The state of a TLS connection is bound to its worker, as is what has been read already.
bool HttpConnection::leaves_worker() {
    return !stream_.is_tls() && context_.spread.answered(context_.worker) &&
           input_begin_ == input_end_ && !aborted_;
}

std::optional<MovingConnection> HttpConnection::move_out() {
    boost::system::error_code error;
    const int descriptor = stream_.socket().release(error);
    if (error) {
        stream_.close();
        return std::nullopt;
    }
    return MovingConnection{descriptor, requests_, retire_at_};
}

Task<std::optional<MovingConnection>> HttpConnection::run() {
    if (stream_.is_tls()) {
        enter(Phase::Handshake, context_.options.header_timeout);
        const auto error = co_await stream_.handshake(asio::ssl::stream_base::server);
        if (error) {
            stream_.close();
            co_return std::nullopt;
        }
    }
    const auto& options = context_.options;
    enter(Phase::Idle, fresh_ ? options.header_timeout : options.keep_alive_timeout);
    Next next = Next::Continue;
    while (next == Next::Continue) {
        next = co_await serve_request();
        if (next == Next::Continue && leaves_worker())
            co_return move_out();
    }
    if (!aborted_) {
        stream_.shutdown_send();
        stream_.close();
    }
    co_return std::nullopt;
}

Task<HttpConnection::Next> HttpConnection::serve_request() {
    Next next = co_await read_head();
    if (next == Next::Continue && parser_.framing() != BodyFraming::None) {
        next = co_await read_body();
    }
    if (next == Next::Continue) {
        next = co_await respond();
    }
    // What the request holds goes now, not with the next request.
    request_.headers.clear();
    request_.head = {};
    request_.body = {};
    request_.reservation.release();
    parser_.reset();
    co_return next;
}

Task<HttpConnection::Next> HttpConnection::read_head() {
    for (;;) {
        if (input_begin_ != input_end_) {
            if (phase_ == Phase::Idle)
                enter(Phase::Head, context_.options.header_timeout);
            const ParseState state = parser_.parse_head(unread(), request_);
            if (state == ParseState::Complete)
                break;
            if (state == ParseState::Failed) {
                co_await refuse(parser_.error_status());
                co_return Next::Close;
            }
        } else if (context_.stopping.load(std::memory_order_relaxed) && !spared()) {
            co_return Next::Close;
        }
        const bool open = co_await fill();
        if (!open && expired_ && phase_ == Phase::Head) {
            co_await refuse(408);
        }
        if (!open)
            co_return Next::Close;
    }
    fresh_ = false;
    consume(parser_.head_size());
    request_.remote_address = remote_address_;
    request_.remote_port = remote_port_;
    request_.tls = stream_.is_tls();
    request_.abandoned = context_.abandoned;
    co_return Next::Continue;
}

Task<HttpConnection::Next> HttpConnection::read_body() {
    enter(Phase::Handling, {});  // waiting for the budget is no stall of the client's
    const bool sized = parser_.framing() == BodyFraming::Length;
    if (sized) {
        const std::size_t length = parser_.content_length();
        const std::size_t first = std::min(length, first_reservation);
        if (!context_.options.budget->try_reserve(first, request_.reservation)) {
            request_.reservation = co_await context_.options.budget->reserve(first);
        }
        // Memory that nothing was written to costs nothing yet.
        request_.body = SlabRef::with_capacity(length);
    }
    Next next = aborted_ ? Next::Close : Next::Continue;
    if (next == Next::Continue && parser_.expects_continue()) {
        next = co_await send_continue();
    }
    if (next == Next::Close)
        co_return next;
    enter(Phase::Body, context_.options.stall_timeout);
    body_begin_ = Worker::now();
    if (sized) {
        next = co_await read_sized_body();
    } else {
        next = co_await read_chunked_body();
    }
    if (next == Next::Close && expired_) {
        co_await refuse(408);
    }
    co_return next;
}

Task<HttpConnection::Next> HttpConnection::send_continue() {
    enter(Phase::Writing, context_.options.stall_timeout);
    output_head_.assign("HTTP/1.1 100 Continue\r\n\r\n");
    const asio::const_buffer buffers[] = {asio::buffer(output_head_)};
    const auto error = co_await stream_.write(buffers);
    co_return error ? Next::Close : Next::Continue;
}

Task<HttpConnection::Next> HttpConnection::read_sized_body() {
    SlabRef& body = request_.body;
    const std::size_t length = parser_.content_length();
    const std::size_t here = std::min(length, input_end_ - input_begin_);
    body.append(unread().substr(0, here));
    consume(here);
    while (body.size() < length) {
        if (body.size() >= request_.reservation.bytes()) {
            const std::size_t wanted = std::min(length, 2 * body.size());
            co_await reserve_body(wanted);
            if (aborted_)
                co_return Next::Close;
        }
        const std::size_t room = std::min(length, request_.reservation.bytes()) - body.size();
        const auto [error, count] =
            co_await stream_.read_some(asio::buffer(body.spare().data(), room));
        body.commit(count);
        if (error)
            co_return Next::Close;
        expect_more_body();
    }
    co_return Next::Continue;
}

/// Raises the reservation to `bytes`; the wait for it is no stall of the client's.
Task<> HttpConnection::reserve_body(std::size_t bytes) {
    const auto begin = Worker::now();
    enter(Phase::Handling, {});
    const std::size_t held = request_.reservation.bytes();
    co_await context_.options.budget->grow(request_.reservation, bytes - std::min(bytes, held));
    body_begin_ += Worker::now() - begin;
    enter(Phase::Body, {});
    expect_more_body();
}

Task<HttpConnection::Next> HttpConnection::ensure_body_room(std::size_t room) {
    SlabRef& body = request_.body;
    if (body.capacity() - body.size() >= room)
        co_return Next::Continue;
    const std::size_t capacity =
        std::max({body.capacity() * 2, body.size() + room, first_chunked_capacity});
    co_await reserve_body(capacity);
    SlabRef larger = SlabRef::with_capacity(capacity);
    if (body.size() != 0)
        larger.append(body.view());
    body = std::move(larger);
    co_return aborted_ ? Next::Close : Next::Continue;
}

Task<HttpConnection::Next> HttpConnection::read_chunked_body() {
    const std::size_t limit = context_.options.limits.max_header_bytes;
    for (;;) {
        if (input_begin_ != input_end_) {
            const Next room = co_await ensure_body_room(input_end_ - input_begin_);
            if (room == Next::Close)
                co_return room;
            const auto progress = parser_.parse_chunks(unread(), request_.body);
            consume(progress.consumed);
            if (progress.state == ParseState::Complete)
                co_return Next::Continue;
            // What stays unread is the line of a chunk or trailers: as bounded as a head.
            const bool failed = progress.state == ParseState::Failed;
            if (failed || input_end_ - input_begin_ > limit) {
                co_await refuse(failed ? parser_.error_status() : 431);
                co_return Next::Close;
            }
        }
        if (input_.size() < read_size && input_begin_ == input_end_)
            input_.resize(read_size);
        const bool open = co_await fill();
        if (!open)
            co_return Next::Close;
        expect_more_body();
    }
}

Task<HttpResponse> HttpConnection::handle() {
    HttpResponse response;
    try {
        response = co_await context_.handler(request_);
    } catch (const std::exception&) {
        // Third-party code below the handler; what it says is not for the client.
        response = {};
        response.status = 500;
    }
    co_return response;
}

Task<HttpConnection::Next> HttpConnection::respond() {
    enter(Phase::Handling, {});
    HttpResponse response = co_await handle();
    ++requests_;
    const bool keep = may_go_on();
    const bool wants_close = std::ranges::any_of(response.headers, [](const auto& header) {
        return same_header_name(header.first, "connection") &&
               same_header_name(header.second, "close");
    });
    if (aborted_)
        co_return Next::Close;
    const bool goes_on = keep && !wants_close;
    const bool written = co_await write(response, goes_on);
    if (written && !goes_on && input_begin_ != input_end_) {
        co_await drain();  // a reset because of pipelined bytes would eat the answer
    }
    if (!written || !goes_on)
        co_return Next::Close;
    enter(Phase::Idle, context_.options.keep_alive_timeout);
    co_return Next::Continue;
}

Task<bool> HttpConnection::write(const HttpResponse& response, bool keep) {
    enter(Phase::Writing, context_.options.stall_timeout);
    format_head(response, keep);
    const bool with_body = !status_forbids_body(response.status) && request_.method != "HEAD";
    const asio::const_buffer buffers[] = {asio::buffer(output_head_), asio::buffer(response.body)};
    const std::size_t count = with_body && !response.body.empty() ? 2 : 1;
    const auto error = co_await stream_.write({buffers, count});
    co_return !error;
}

void HttpConnection::format_head(const HttpResponse& response, bool keep) {
    std::string& out = output_head_;
    out.assign("HTTP/1.1 ");
    append_number(out, response.status);
    out += ' ';
    out += status_phrase(response.status);
    out += "\r\n";
    std::string_view head_length;
    for (const auto& [name, value] : response.headers) {
        if (same_header_name(name, "content-length")) {
            head_length = value;
            continue;
        }
        if (same_header_name(name, "transfer-encoding") || same_header_name(name, "connection") ||
            same_header_name(name, "date"))
            continue;
        append_safely(out, name);
        out += ": ";
        append_safely(out, value);
        out += "\r\n";
    }
    const bool head = request_.method == "HEAD";
    if (head && !head_length.empty()) {
        out += "content-length: ";
        append_safely(out, head_length);
        out += "\r\n";
    } else if (!status_forbids_body(response.status) && !(head && response.body.empty())) {
        out += "content-length: ";
        append_number(out, response.body.size());
        out += "\r\n";
    }
    if (!keep)
        out += "connection: close\r\n";
    else if (request_.version < 11)
        out += "connection: keep-alive\r\n";
    out += "date: ";
    out += context_.share.current_date();
    out += "\r\n\r\n";
}

Task<> HttpConnection::refuse(unsigned status) {
    if (aborted_)
        co_return;
    expired_ = false;
    request_.method = {};
    HttpResponse response;
    response.status = status;
    const bool written = co_await write(response, false);
    if (written) {
        co_await drain();
    }
}

// Closing with unread bytes would send a reset, which can overtake the answer. So the client gets a
// moment to read it and to stop sending.
Task<> HttpConnection::drain() {
    if (aborted_)
        co_return;
    stream_.shutdown_send();
    enter(Phase::Draining, drain_time);
    bool open = true;
    while (open && !expired_ && !aborted_ && Worker::now() < deadline_) {
        input_begin_ = input_end_ = 0;
        open = co_await fill();
    }
}

}  // namespace engine::io
