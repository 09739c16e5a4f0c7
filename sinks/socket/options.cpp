#include "sinks/socket/options.hpp"

#include "engine/codec/codec_options.hpp"
#include "engine/component/tls_options.hpp"
#include "engine/io/stream_dialer.hpp"

namespace engine::socket_sink {

namespace {

using config::flattened;
using config::optional;
using config::OptionTable;
using config::required;
using config::Type;

Type<std::string> destination() {
    auto type = config::parsed<std::string>([](const std::string& text) -> Result<std::string> {
        ENGINE_TRY(io::HostAndPort::parse(text));
        return text;
    });
    type.show = config::type_of<std::string>().show;
    return type;
}

template <typename O>
config::Option<O> address() {
    return required("address", &O::address, "Where to send to: a name or address, and a port.",
                    destination())
        .example("\"logs.example.com:9000\"");
}

template <typename O>
config::Option<O> path() {
    return required("path", &O::path, "File of the socket to send to.")
        .example("\"/run/engine.sock\"")
        .non_empty();
}

template <typename O>
config::Option<O> send_buffer() {
    return optional("send_buffer_bytes", &O::send_buffer_bytes, "Size of the system's send buffer.",
                    config::bytes())
        .min(1);
}

OptionTable<TcpOptions> tcp() {
    using O = TcpOptions;
    const OptionTable<KeepaliveOptions> keepalive{
        optional("time_secs", &KeepaliveOptions::time,
                 "Silence after which the system asks whether the peer is still there.",
                 config::in_seconds<std::chrono::seconds>())};
    return {address<O>(),
            optional("keepalive", &O::keepalive, "How a dead peer is noticed.", keepalive),
            optional("tls", &O::tls, "Encryption.", component::tls_options()), send_buffer<O>()};
}

Type<Mode> mode() {
    const OptionTable<UdpOptions> udp{address<UdpOptions>(), send_buffer<UdpOptions>()};
    const OptionTable<UnixStreamOptions> stream{path<UnixStreamOptions>()};
    const OptionTable<UnixDatagramOptions> datagram{path<UnixDatagramOptions>()};
    return config::tagged<Mode>(
        "mode", {config::form<Mode>("tcp", "A connection over TCP.", tcp()),
                 config::form<Mode>("udp", "Datagrams over UDP, one an event.", udp),
                 config::form<Mode>("unix", "The same as `unix_stream`.", stream),
                 config::form<Mode>("unix_stream", "A connection over a Unix socket.", stream),
                 config::form<Mode>("unix_datagram", "Datagrams over a Unix socket, one an event.",
                                    datagram)});
}

}  // namespace

OptionTable<Options> options() {
    using O = Options;
    OptionTable<O> table{
        flattened(&O::mode, mode()),
        required("encoding", &O::encoding, "How events become bytes.", encoding_options()),
        optional("framing", &O::framing, "What stands between events.", event_framing_options()),
        optional("acknowledgements", &O::acknowledgements,
                 "Whether clients of the sources wait until events have been sent.",
                 config::acknowledgements()),
    };
    return table.tolerate_unknown();
}

}  // namespace engine::socket_sink
