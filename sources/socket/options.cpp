#include "sources/socket/options.hpp"

#include "engine/codec/codec_options.hpp"
#include "engine/codec/stream_decoder.hpp"
#include "engine/component/tls_options.hpp"
#include "engine/event/path.hpp"
#include "engine/io/address.hpp"

namespace engine::sources::socket {

namespace {

using config::flattened;
using config::in_seconds;
using config::Node;
using config::optional;
using config::OptionContext;
using config::OptionTable;
using config::required;
using config::Type;
using std::chrono::seconds;

Type<std::string> socket_address() {
    auto type = config::parsed<std::string>([](const std::string& text) -> Result<std::string> {
        ENGINE_TRY(io::ListenAddress::parse(text));
        return text;
    });
    type.show = config::type_of<std::string>().show;
    return type;
}

/// A field's path; empty for none.
Type<std::string> field_path() {
    auto type = config::parsed<std::string>([](const std::string& text) -> Result<std::string> {
        if (!text.empty()) {
            ENGINE_TRY(Path::parse(text));
        }
        return text;
    });
    type.show = config::type_of<std::string>().show;
    return type;
}

Type<io::Network> network() {
    return config::parsed<io::Network>(
        [](const std::string& text) { return io::Network::parse(text); });
}

OptionTable<SocketTls> tls() {
    return {
        flattened(&SocketTls::connection, component::tls_options()),
        optional("client_metadata_key", &SocketTls::client_metadata_key,
                 "Field for what the client's certificate says: its `subject`.", field_path()),
    };
}

OptionTable<KeepaliveOptions> keepalive() {
    return {optional("time_secs", &KeepaliveOptions::time,
                     "Silence after which the system asks whether the peer is still there.",
                     in_seconds<seconds>())};
}

template <typename O>
config::Option<O> receive_buffer() {
    return optional("receive_buffer_bytes", &O::receive_buffer_bytes,
                    "Size of the system's receive buffer.", config::bytes())
        .min(1);
}

template <typename O>
config::Option<O> port_key() {
    return optional("port_key", &O::port_key, "Field for the peer's port; none when empty.",
                    field_path());
}

template <typename O>
config::Option<O> path() {
    return required("path", &O::path, "The socket's file.",
                    config::located(config::type_of<std::string>()))
        .example("\"/run/engine.sock\"")
        .non_empty();
}

template <typename O>
config::Option<O> file_mode() {
    return optional("socket_file_mode", &O::socket_file_mode,
                    "Permissions of the socket's file, best written as `0o600`.")
        .max(0777);
}

OptionTable<TcpOptions> tcp() {
    using O = TcpOptions;
    return {
        required(
            "address", &O::address,
            "Where to listen: an address and port, or `systemd` for a socket that it has passed.",
            config::located(socket_address()))
            .example("\"0.0.0.0:9000\""),
        port_key<O>(),
        optional("keepalive", &O::keepalive, "How dead peers are noticed.", keepalive()),
        optional("tls", &O::tls, "Encryption.", tls()),
        optional("tls_handshake_timeout_secs", &O::tls_handshake_timeout,
                 "How long a client may take for the TLS handshake; 30 when not set.",
                 in_seconds<seconds>()),
        optional("shutdown_timeout_secs", &O::shutdown_timeout,
                 "How long connections may take at shutdown to hand over what has arrived.",
                 in_seconds<seconds>()),
        optional("max_connection_duration_secs", &O::max_connection_duration,
                 "Age at which a connection is closed.", in_seconds<seconds>()),
        receive_buffer<O>(),
        optional("connection_limit", &O::connection_limit,
                 "How many clients may be connected at once; further ones wait.")
            .min(1)
            .unit("connections"),
        optional("permit_origin", &O::permit_origin,
                 "Networks that clients may connect from; all when not set.", network()),
    };
}

OptionTable<UdpOptions> udp() {
    using O = UdpOptions;
    return {
        required(
            "address", &O::address,
            "Where to listen: an address and port, or `systemd` for a socket that it has passed.",
            config::located(socket_address()))
            .example("\"0.0.0.0:9000\""),
        port_key<O>(),
        optional("max_length", &O::max_length, "Longer datagrams are dropped with a warning.",
                 config::bytes())
            .min(1),
        receive_buffer<O>(),
        optional("multicast_groups", &O::multicast_groups, "IPv4 multicast groups to join."),
        optional("multicast_interface", &O::multicast_interface,
                 "Network interface to join them on, by its IPv4 address or name; the system's "
                 "choice when empty."),
    };
}

Type<Mode> mode() {
    const OptionTable<UnixStreamOptions> stream{path<UnixStreamOptions>(),
                                                file_mode<UnixStreamOptions>()};
    const OptionTable<UnixDatagramOptions> datagram{path<UnixDatagramOptions>(),
                                                    file_mode<UnixDatagramOptions>()};
    return config::tagged<Mode>(
        "mode", {config::form<Mode>("tcp", "Connections over TCP.", tcp()),
                 config::form<Mode>("udp", "Datagrams over UDP.", udp()),
                 config::form<Mode>("unix_datagram", "Datagrams over a Unix socket.", datagram),
                 config::form<Mode>("unix", "The same as `unix_stream`.", stream),
                 config::form<Mode>("unix_stream", "Connections over a Unix socket.", stream)});
}

void check(const Options& options, const Node& table, OptionContext& context) {
    const auto decoder =
        EventDecoder::make(options.decoding, options.framing, options.default_framing());
    if (!decoder) {
        const Node::Entry* entry = table.find("framing");
        if (entry == nullptr) {
            entry = table.find("decoding");
        }
        context.error(entry == nullptr ? table.location() : entry->value.location(),
                      decoder.error().message);
    }
    const auto* udp_options = std::get_if<UdpOptions>(&options.mode);
    if (udp_options != nullptr && !udp_options->multicast_groups.empty()) {
        const auto address = io::ListenAddress::parse(udp_options->address.value);
        if (address && address->address.ip.is_v6()) {
            context.error(udp_options->address.location,
                          "`multicast_groups` are IPv4 groups: `address` must be one, too");
        }
    }
}

}  // namespace

std::string_view Options::default_framing() const {
    const bool datagrams = std::holds_alternative<UdpOptions>(mode) ||
                           std::holds_alternative<UnixDatagramOptions>(mode);
    return datagrams ? "bytes" : "";
}

OptionTable<Options> options() {
    using O = Options;
    OptionTable<O> table{
        flattened(&O::mode, mode()),
        optional("host_key", &O::host_key,
                 "Field for the peer's address; `log_schema.host_key` when not set, none when "
                 "empty.",
                 field_path()),
        optional("framing", &O::framing,
                 "How frames are told apart; datagrams are frames when not set.",
                 framing_options()),
        optional("decoding", &O::decoding, "How events are made of frames.", decoding_options()),
        optional("log_namespace", &O::log_namespace,
                 "Whether what the source knows goes to the metadata, not into the event."),
    };
    return table.tolerate_unknown().check(check);
}

}  // namespace engine::sources::socket
