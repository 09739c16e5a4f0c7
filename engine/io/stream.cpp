#include "engine/io/stream.hpp"

#include <boost/asio/write.hpp>
#include <vector>

namespace engine::io {

namespace asio = boost::asio;

Stream::Stream(Socket socket, TlsContext& tls) : material_(tls.material()) {
    tls_.emplace(std::move(socket), material_->context());
}

Task<Stream::ErrorCode> Stream::handshake(asio::ssl::stream_base::handshake_type side) {
    const auto [error] = co_await tls_->async_handshake(side, asio::as_tuple(asio::use_awaitable));
    co_return error;
}

Task<Stream::ErrorCode> Stream::write(std::span<const asio::const_buffer> buffers) {
    constexpr auto token = asio::as_tuple(asio::use_awaitable);
    if (tls_) {
        const auto [error, written] = co_await asio::async_write(*tls_, buffers, token);
        co_return error;
    }
    // Nearly every write fits the socket's buffer: try without going through the event loop.
    ErrorCode error;
    std::size_t written = socket_->write_some(buffers, error);
    if (error && error != asio::error::would_block)
        co_return error;
    std::vector<asio::const_buffer> rest;
    for (const asio::const_buffer& buffer : buffers) {
        const std::size_t skipped = std::min(written, buffer.size());
        written -= skipped;
        if (skipped < buffer.size())
            rest.push_back(buffer + skipped);
    }
    if (rest.empty())
        co_return ErrorCode{};
    const auto [rest_error, rest_written] = co_await asio::async_write(*socket_, rest, token);
    co_return rest_error;
}

void Stream::cancel() {
    ErrorCode ignored;
    socket().cancel(ignored);
}

void Stream::shutdown_send() {
    ErrorCode ignored;
    if (tls_)
        SSL_shutdown(tls_->native_handle());
    socket().shutdown(asio::socket_base::shutdown_send, ignored);
}

void Stream::close() {
    ErrorCode ignored;
    socket().close(ignored);
}

}  // namespace engine::io
