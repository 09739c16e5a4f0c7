#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <optional>
#include <span>
#include <tuple>

#include "engine/io/task.hpp"
#include "engine/io/tls.hpp"

namespace engine::io {

/// A TCP connection, with TLS or without. Belongs to one worker; one read and one write at a time.
class Stream {
public:
    using Socket = boost::asio::ip::tcp::socket;
    using ErrorCode = boost::system::error_code;
    using ReadResult = std::tuple<ErrorCode, std::size_t>;

    explicit Stream(Socket socket) : socket_(std::move(socket)) {}
    Stream(Socket socket, TlsContext& tls);

    [[nodiscard]] Socket& socket() { return tls_ ? tls_->next_layer() : *socket_; }
    [[nodiscard]] bool is_tls() const { return tls_.has_value(); }
    [[nodiscard]] SSL* ssl() { return tls_->native_handle(); }

    /// Only on a stream with TLS.
    [[nodiscard]] Task<ErrorCode> handshake(boost::asio::ssl::stream_base::handshake_type side);

    [[nodiscard]] Task<ReadResult> read_some(boost::asio::mutable_buffer buffer) {
        constexpr auto token = boost::asio::as_tuple(boost::asio::use_awaitable);
        return tls_ ? tls_->async_read_some(buffer, token)
                    : socket_->async_read_some(buffer, token);
    }

    /// Writes all of it; the bytes stay valid until then. At most a few system calls, mostly one.
    [[nodiscard]] Task<ErrorCode> write(std::span<const boost::asio::const_buffer> buffers);

    /// Wakes a pending read or write with operation_aborted.
    void cancel();
    /// Ends the sending direction; with TLS, without waiting for the peer's close_notify.
    void shutdown_send();
    void close();

private:
    std::optional<Socket> socket_;
    std::shared_ptr<TlsMaterial> material_;  // shared: its files may be replaced meanwhile
    std::optional<boost::asio::ssl::stream<Socket>> tls_;
};

}  // namespace engine::io
