#include "engine/io/http_client_connection.hpp"

#include <fmt/format.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/ssl/error.hpp>
#include <cstring>
#include <utility>

namespace engine::io {

namespace asio = boost::asio;

namespace {

constexpr std::size_t input_size = std::size_t{16} << 10;
constexpr std::size_t max_input = std::size_t{128} << 10;

bool is_default_port(const Endpoint& endpoint) {
    return endpoint.port == (endpoint.scheme == Scheme::Https ? 443 : 80);
}

std::string authority(const Endpoint& endpoint, bool with_port) {
    const bool v6 = endpoint.host.find(':') != std::string::npos;
    std::string text = v6 ? fmt::format("[{}]", endpoint.host) : endpoint.host;
    if (with_port)
        text += fmt::format(":{}", endpoint.port);
    return text;
}

/// A line break would start another header: it becomes a blank.
void append_safely(std::string& out, std::string_view text) {
    const std::size_t begin = out.size();
    out += text;
    for (std::size_t index = begin; index < out.size(); ++index)
        if (out[index] == '\r' || out[index] == '\n' || out[index] == '\0')
            out[index] = ' ';
}

void append_header(std::string& out, std::string_view name, std::string_view value) {
    append_safely(out, name);
    out += ": ";
    append_safely(out, value);
    out += "\r\n";
}

}  // namespace

HttpClientConnection::HttpClientConnection(Stream stream, std::size_t max_response_bytes)
    : stream_(std::move(stream)), max_response_bytes_(max_response_bytes), input_(input_size) {
    boost::system::error_code ignored;
    stream_.socket().non_blocking(true, ignored);
    stream_.socket().set_option(asio::ip::tcp::no_delay(true), ignored);
}

bool HttpClientConnection::looks_closed() {
    char byte = 0;
    const auto count = ::recv(stream_.socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    if (count < 0)
        return errno != EAGAIN && errno != EWOULDBLOCK;
    // Bytes that nobody asked for; with TLS they may be a session ticket.
    return count == 0 || !stream_.is_tls();
}

void HttpClientConnection::format_head(const ClientRequest& request, const Addressing& addressing) {
    head_.clear();
    append_safely(head_, request.method);
    head_ += ' ';
    if (addressing.absolute)
        head_ += "http://" + authority(request.endpoint, !is_default_port(request.endpoint));
    append_safely(head_, request.target);
    head_ += " HTTP/1.1\r\n";
    append_headers(request, addressing);
    head_ += "\r\n";
}

void HttpClientConnection::append_headers(const ClientRequest& request,
                                          const Addressing& addressing) {
    std::size_t length = 0;
    for (const std::string_view piece : request.body)
        length += piece.size();
    bool needs_length = length > 0 || (request.method != "GET" && request.method != "HEAD" &&
                                       request.method != "CONNECT");
    const bool has_host = std::ranges::any_of(
        request.headers, [](const auto& header) { return same_header_name(header.first, "host"); });
    if (!has_host)
        append_header(head_, "Host",
                      authority(request.endpoint, !is_default_port(request.endpoint)));
    for (const auto& [name, value] : request.headers) {
        if (same_header_name(name, "transfer-encoding"))
            continue;  // the body goes out with its length
        if (!same_header_name(name, "content-length")) {
            append_header(head_, name, value);
        } else if (std::exchange(needs_length, false)) {
            append_header(head_, name, fmt::format_int(length).c_str());
        }
    }
    if (!addressing.proxy_authorization.empty())
        append_header(head_, "Proxy-Authorization", addressing.proxy_authorization);
    if (needs_length)
        append_header(head_, "Content-Length", fmt::format_int(length).c_str());
}

void HttpClientConnection::gather(const ClientRequest& request) {
    buffers_.clear();
    buffers_.emplace_back(head_.data(), head_.size());
    for (const std::string_view piece : request.body)
        if (!piece.empty())
            buffers_.emplace_back(piece.data(), piece.size());
}

Task<std::expected<ClientResponse, ClientError>> HttpClientConnection::exchange(
    const ClientRequest& request, const Addressing& addressing) {
    ++requests_;
    received_any_ = false;
    reusable_ = false;
    format_head(request, addressing);
    gather(request);
    const auto write_error = co_await stream_.write(buffers_);
    // A peer that refuses a body answers and closes while it is still being sent: the answer
    // counts.
    const bool without_body = request.method == "HEAD" || request.method == "CONNECT";
    auto response = co_await read_response(without_body ? ResponseParser::Body::None
                                                        : ResponseParser::Body::Expected);
    if (write_error)
        reusable_ = false;
    if (!response && write_error && !received_any_)
        co_return std::unexpected(
            ClientError{ClientErrorKind::Broken,
                        "the connection broke while sending: " + write_error.message()});
    co_return response;
}

Task<std::expected<ClientResponse, ClientError>> HttpClientConnection::read_response(
    ResponseParser::Body body) {
    ClientResponse response;
    parser_.start(&response, body, max_response_bytes_);
    std::size_t size = 0;
    for (;;) {
        const auto [error, count] =
            co_await stream_.read_some(asio::buffer(input_.data() + size, input_.size() - size));
        if (error) {
            const bool ended =
                error == asio::error::eof || error == asio::ssl::error::stream_truncated;
            if (ended && parser_.end_of_stream() == ParseState::Complete)
                co_return response;
            co_return std::unexpected(
                ClientError{ClientErrorKind::Broken,
                            ended ? "the connection was closed before the response was complete"
                                  : "the connection broke: " + error.message()});
        }
        received_any_ = true;
        size += count;
        const auto progress = parser_.parse({input_.data(), size});
        if (progress.state == ParseState::Failed)
            co_return std::unexpected(
                ClientError{ClientErrorKind::InvalidResponse,
                            "the response is not valid HTTP: " + parser_.error()});
        size -= progress.consumed;
        if (progress.state == ParseState::Complete) {
            reusable_ = parser_.keep_alive() && size == 0;
            co_return response;
        }
        std::memmove(input_.data(), input_.data() + progress.consumed, size);
        if (size == input_.size() && size < max_input)
            input_.resize(size * 2);
        if (size == input_.size())
            co_return std::unexpected(ClientError{ClientErrorKind::InvalidResponse,
                                                  "a header of the response is too long"});
    }
}

}  // namespace engine::io
