#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "engine/codec/decoding_options.hpp"
#include "engine/config/options.hpp"
#include "engine/io/stream_server.hpp"
#include "engine/io/tls.hpp"

namespace engine::sources::socket {

struct KeepaliveOptions {
    std::optional<std::chrono::seconds> time;
};

struct SocketTls {
    io::TlsOptions connection;
    std::optional<std::string> client_metadata_key;
};

struct TcpOptions {
    config::Located<std::string> address;
    std::string port_key = "port";
    std::optional<KeepaliveOptions> keepalive;
    SocketTls tls;
    std::optional<std::chrono::seconds> tls_handshake_timeout;
    std::chrono::seconds shutdown_timeout{30};
    std::optional<std::chrono::seconds> max_connection_duration;
    std::optional<std::uint64_t> receive_buffer_bytes;
    std::optional<std::uint64_t> connection_limit;
    std::optional<std::vector<io::Network>> permit_origin;
};

struct UdpOptions {
    config::Located<std::string> address;
    std::string port_key = "port";
    std::uint64_t max_length = 102400;
    std::optional<std::uint64_t> receive_buffer_bytes;
    std::vector<std::string> multicast_groups;
    std::string multicast_interface;
};

struct UnixStreamOptions {
    config::Located<std::string> path;
    std::optional<std::uint32_t> socket_file_mode;
};

struct UnixDatagramOptions {
    config::Located<std::string> path;
    std::optional<std::uint32_t> socket_file_mode;
};

using Mode = std::variant<TcpOptions, UdpOptions, UnixStreamOptions, UnixDatagramOptions>;

/// Options of the source, as the user wrote them. Plain values.
struct Options {
    Mode mode;
    std::optional<std::string> host_key;
    DecodingOptions decoding;
    std::optional<FramingOptions> framing;
    std::optional<bool> log_namespace;

    /// Datagrams are frames, unless `framing` says otherwise.
    [[nodiscard]] std::string_view default_framing() const;
};

[[nodiscard]] config::OptionTable<Options> options();

}  // namespace engine::sources::socket
