#include <openssl/ssl.h>

#include <boost/asio/post.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/this_coro.hpp>

#include "engine/io/stream_server.hpp"

namespace engine::io {

namespace asio = boost::asio;

namespace {

constexpr std::size_t block_size = std::size_t{256} << 10;
/// Reads in a row that found bytes waiting, before other connections get a turn.
constexpr int reads_in_a_row = 4;

/// The worker's room for reads of all its connections: an idle connection then holds none. A block
/// that was filled to a good part goes as it is, a smaller one as a copy.
SlabRef& shared_buffer() {
    thread_local SlabRef buffer;
    if (!buffer) {
        buffer = SlabRef::with_capacity(block_size);
    }
    return buffer;
}

SlabRef filled(SlabRef& buffer, std::size_t count) {
    if (count < buffer.capacity() / 2) {
        return SlabRef::copy_of({buffer.spare().data(), count});
    }
    buffer.commit(count);
    return std::exchange(buffer, {});
}

}  // namespace

Task<std::optional<SlabRef>> StreamConnection::read() {
    if (aborted_) {
        co_return std::nullopt;
    }
    if (stream_.is_tls()) {
        // The record layer keeps a buffer of its own; a record is 16 KiB at most.
        SlabRef buffer = SlabRef::with_capacity(std::size_t{16} << 10);
        const std::span<char> room = buffer.spare();
        const auto [code, count] =
            co_await stream_.read_some(asio::buffer(room.data(), room.size()));
        if (code || count == 0) {
            note_end(code);
            co_return std::nullopt;
        }
        co_return filled(buffer, count);
    }
    for (int in_a_row = 0;; ++in_a_row) {
        if (in_a_row == reads_in_a_row) {
            const auto executor = co_await asio::this_coro::executor;
            co_await asio::post(executor, asio::use_awaitable);
        }
        SlabRef& buffer = shared_buffer();
        const std::span<char> room = buffer.spare();
        Stream::ErrorCode code;
        const std::size_t count =
            stream_.socket().read_some(asio::buffer(room.data(), room.size()), code);
        if (!code && count > 0) {
            co_return filled(buffer, count);
        }
        if (code != asio::error::would_block && code != asio::error::try_again) {
            note_end(code);
            co_return std::nullopt;
        }
        if (draining_ || aborted_) {
            co_return std::nullopt;
        }
        constexpr auto token = asio::as_tuple(asio::use_awaitable);
        const auto [waited] =
            co_await stream_.socket().async_wait(Stream::Socket::wait_read, token);
        if (waited && !draining_) {
            note_end(waited);
            co_return std::nullopt;
        }
    }
}

void StreamConnection::note_end(const Stream::ErrorCode& code) {
    if (code && code != asio::error::eof && code != asio::error::operation_aborted &&
        code != asio::error::bad_descriptor && code != asio::error::connection_reset &&
        code != asio::ssl::error::stream_truncated) {
        error = code.message();
    }
}

void StreamConnection::drain() {
    draining_ = true;
    stream_.cancel();
}

void StreamConnection::abort() {
    aborted_ = true;
    stream_.close();
}

}  // namespace engine::io
