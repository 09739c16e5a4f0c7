#pragma once

#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/diagnostic/error.hpp"
#include "engine/event/slab.hpp"
#include "engine/io/runtime.hpp"
#include "engine/io/stop.hpp"
#include "engine/io/stream.hpp"
#include "engine/io/task.hpp"

namespace engine::io {

/// Addresses that may connect: "10.0.0.0/8", "::1". A value.
class Network {
public:
    [[nodiscard]] static Result<Network> parse(const std::string& text);
    [[nodiscard]] bool contains(const boost::asio::ip::address& address) const;

private:
    std::optional<boost::asio::ip::network_v4> v4_;
    std::optional<boost::asio::ip::network_v6> v6_;
};

struct StreamServerOptions {
    /// "ip:port" or "systemd" (see ListenAddress); empty: `path` counts.
    std::string address;
    /// Of a Unix socket, whose file is replaced when nobody listens on it, and removed at the end.
    std::string path;
    std::optional<std::uint32_t> file_mode;
    TlsOptions tls;
    std::chrono::milliseconds handshake_timeout{30'000};
    std::optional<std::uint64_t> receive_buffer_bytes;
    std::optional<std::chrono::seconds> keepalive;
    std::optional<std::chrono::seconds> max_connection_duration;
    /// Beyond these, clients wait in the listening queue.
    std::optional<std::uint64_t> connection_limit;
    /// Unset: everybody.
    std::optional<std::vector<Network>> permit_origin;
};

/// One accepted connection, on its worker. `read` is for one caller at a time.
class StreamConnection {
public:
    explicit StreamConnection(Stream stream) : stream_(std::move(stream)) {}

    /// A block of what came, at least one byte; nullopt at the end, which also a stop, the
    /// connection's age or an error makes. Blocks hold what one read took, so that batches are as
    /// large as the peer is fast.
    [[nodiscard]] Task<std::optional<SlabRef>> read();

    /// Text of the peer's address, or of the path it is bound to; empty when it has none.
    std::string peer;
    std::uint16_t peer_port = 0;
    /// Subject of the peer's certificate; empty when it showed none.
    std::string subject;
    /// Why reading ended, when it was not the peer's closing or a stop.
    std::string error;

private:
    friend class StreamServer;
    void note_end(const Stream::ErrorCode& code);
    /// Lets `read` return what has arrived, then end. On the connection's worker.
    void drain();
    void abort();

    Stream stream_;
    bool draining_ = false;
    bool aborted_ = false;
};

/// Serves a connection, on its worker; the connection is closed once the task has ended.
using StreamHandler = std::function<Task<>(StreamConnection&)>;

/// Accepts TCP or Unix connections. One acceptor, on the first worker, gives each connection to the
/// worker that has the fewest.
class StreamServer {
public:
    /// `refused` is told, on a worker, why a connection was not served.
    [[nodiscard]] static Result<std::unique_ptr<StreamServer>> listen(
        Runtime& runtime, StreamServerOptions options, StreamHandler handler,
        std::function<void(std::string)> refused);
    ~StreamServer();
    StreamServer(const StreamServer&) = delete;
    StreamServer& operator=(const StreamServer&) = delete;

    [[nodiscard]] std::size_t open_connections() const;

    /// Stops accepting, lets connections hand over what has arrived, and aborts after `grace` those
    /// whose handlers still wait.
    [[nodiscard]] Task<> stop(std::chrono::milliseconds grace);

private:
    struct State;
    explicit StreamServer(std::shared_ptr<State> state) : state_(std::move(state)) {}
    std::shared_ptr<State> state_;
};

}  // namespace engine::io
