#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "engine/diagnostic/error.hpp"
#include "engine/io/runtime.hpp"
#include "engine/io/stop.hpp"
#include "engine/io/stream.hpp"
#include "engine/io/task.hpp"

namespace engine::io {

/// Where to connect to, and how. A value.
struct StreamTarget {
    std::string host;  // a name or an address; empty: `path` counts
    std::uint16_t port = 0;
    std::string path;                 // of a Unix socket
    std::shared_ptr<TlsContext> tls;  // null: plain
    std::optional<std::chrono::seconds> keepalive;
    std::optional<std::uint64_t> send_buffer_bytes;

    /// "host:port" or the path.
    [[nodiscard]] std::string to_string() const;
};

/// A name or address and a port: "logs.example.com:9000", "[::1]:9000".
struct HostAndPort {
    std::string host;
    std::uint16_t port = 0;
    [[nodiscard]] static Result<HostAndPort> parse(const std::string& text);
};

/// Opens a connection on the calling coroutine's worker, which is `worker`: looks the name up,
/// tries every address, does the TLS handshake. Gives up after `timeout`, or when `stop` is
/// requested.
[[nodiscard]] Task<Result<std::shared_ptr<Stream>>> dial(Worker& worker, StreamTarget target,
                                                         std::chrono::milliseconds timeout,
                                                         StopToken stop);

}  // namespace engine::io
