#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "engine/codec/encoding_options.hpp"
#include "engine/config/options.hpp"
#include "engine/config/shared_options.hpp"
#include "engine/io/tls.hpp"

namespace engine::socket_sink {

struct KeepaliveOptions {
    std::optional<std::chrono::seconds> time;
};

struct TcpOptions {
    std::string address;
    std::optional<KeepaliveOptions> keepalive;
    io::TlsOptions tls;
    std::optional<std::uint64_t> send_buffer_bytes;
};

struct UdpOptions {
    std::string address;
    std::optional<std::uint64_t> send_buffer_bytes;
};

struct UnixStreamOptions {
    std::string path;
};

struct UnixDatagramOptions {
    std::string path;
};

using Mode = std::variant<TcpOptions, UdpOptions, UnixStreamOptions, UnixDatagramOptions>;

/// Options of the sink, as the user wrote them. Plain values.
struct Options {
    Mode mode;
    EncodingOptions encoding;
    std::optional<EventFramingOptions> framing;
    config::AcknowledgementsOptions acknowledgements;
};

[[nodiscard]] config::OptionTable<Options> options();

}  // namespace engine::socket_sink
