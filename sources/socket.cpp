// Takes events in over TCP, UDP and Unix sockets. Connections are spread over the workers; what one
// read took becomes one batch, whose values point into what was received. A connection whose events
// meet a full queue is not read until there is room: its peer is held back, nobody else is.
#include <atomic>
#include <memory>

#include "engine/codec/stream_decoder.hpp"
#include "engine/component/output.hpp"
#include "engine/component/registry.hpp"
#include "engine/component/source_decoding.hpp"
#include "engine/component/stream_intake.hpp"
#include "engine/event/container.hpp"
#include "engine/io/datagram_receiver.hpp"
#include "engine/io/event.hpp"
#include "engine/io/stream_server.hpp"
#include "engine/io/timer.hpp"
#include "sources/socket/options.hpp"
#include "sources/socket/peer_fields.hpp"

namespace engine::sources::socket {

namespace {

constexpr std::string_view log_target = "engine::sources::socket";
constexpr std::string_view unnamed = "(unnamed)";

/// Sends what was decoded; counts and logs what was not. One stream of events.
class Intake {
public:
    Intake(component::SourceContext& context, const PeerFields& fields)
        : context_(context), fields_(fields) {}

    void add_fields(DecodedEvents& events, const Peer& peer) const {
        const Timestamp now = Timestamp::now();
        for (const BatchRef& batch : events.batches()) {
            fields_.add(*batch, 0, peer, now);
        }
    }
    io::Task<> send(DecodedEvents events) const {
        for (BatchRef& batch : events.take()) {
            Delivery delivery{std::move(batch), {}};
            ENGINE_CO_SEND(context_.output, std::move(delivery));
        }
    }
    void report(StreamDecoder& stream) {
        for (const Error& error : stream.take_errors()) {
            component::report_undecodable(context_, error);
        }
        const std::uint64_t discarded = stream.discarded();
        report_too_long(discarded - std::exchange(discarded_, discarded));
    }
    void report_too_long(std::uint64_t count) const {
        if (count > 0) {
            context_.log.warn(log_target, "Discarding frame larger than max_length.",
                              {telemetry::field("count", static_cast<std::int64_t>(count))});
            context_.metrics.discarded_unintentionally.add(count);
        }
    }

private:
    component::SourceContext& context_;
    const PeerFields& fields_;
    std::uint64_t discarded_ = 0;
};

/// Modes with connections.
class StreamSource final : public component::Source {
public:
    StreamSource(const Options& options, EventDecoder decoder, const config::GlobalOptions& globals)
        : fields_(options, globals), decoder_(std::move(decoder)), mode_(options.mode) {}

    io::Task<Result<void>> start(component::SourceContext& context) override {
        context_ = &context;
        const auto* tcp = std::get_if<TcpOptions>(&mode_);
        received_ = &context.metrics.received_bytes(tcp != nullptr ? "tcp" : "unix");
        ENGINE_CO_TRY(server_,
                      io::StreamServer::listen(
                          context.runtime, server_options(),
                          [this](io::StreamConnection& connection) { return serve(connection); },
                          [this](const std::string& reason) { report_refused(reason); }));
        co_return Result<void>{};
    }

    io::Task<void> stop() override {
        if (server_ != nullptr) {
            const std::chrono::milliseconds grace = shutdown_timeout();
            co_await server_->stop(grace);
        }
    }

private:
    [[nodiscard]] std::chrono::seconds shutdown_timeout() const {
        const auto* tcp = std::get_if<TcpOptions>(&mode_);
        return tcp != nullptr ? tcp->shutdown_timeout : TcpOptions{}.shutdown_timeout;
    }

    [[nodiscard]] io::StreamServerOptions server_options() const {
        io::StreamServerOptions server;
        if (const auto* tcp = std::get_if<TcpOptions>(&mode_)) {
            server.address = tcp->address.value;
            server.tls = tcp->tls.connection;
            if (tcp->tls_handshake_timeout) {
                server.handshake_timeout = *tcp->tls_handshake_timeout;
            }
            server.receive_buffer_bytes = tcp->receive_buffer_bytes;
            server.keepalive = tcp->keepalive.value_or(KeepaliveOptions{}).time;
            server.max_connection_duration = tcp->max_connection_duration;
            server.connection_limit = tcp->connection_limit;
            server.permit_origin = tcp->permit_origin;
        } else {
            const auto& on = std::get<UnixStreamOptions>(mode_);
            server.path = on.path.value;
            server.file_mode = on.socket_file_mode;
        }
        return server;
    }

    io::Task<> serve(io::StreamConnection& connection) {
        const Peer peer{connection.peer.empty() ? std::string(unnamed) : connection.peer,
                        connection.peer_port, connection.subject};
        const component::StreamIntakeRules rules{
            [this, &peer](DecodedEvents& events) {
                Intake(*context_, fields_).add_fields(events, peer);
            },
            [this](std::uint64_t count) { Intake(*context_, fields_).report_too_long(count); }};
        using component::StreamIntake;
        StreamIntake intake(*context_, decoder_, rules);
        ++connections_;
        bool framed = true;
        while (framed) {
            std::optional<SlabRef> block = co_await connection.read();
            if (!block) {
                break;
            }
            received_->add(block->size());
            framed = co_await intake.take(std::move(*block), workers());
        }
        const auto rest = framed ? StreamIntake::Rest::Decoded : StreamIntake::Rest::Dropped;
        co_await intake.finish(rest);
        --connections_;
        if (!connection.error.empty()) {
            context_->log.warn(log_target, "Connection error.",
                               {telemetry::field("error", connection.error)});
        }
    }

    /// Enough connections keep all workers busy by themselves.
    [[nodiscard]] component::StreamIntake::Workers workers() const {
        using Workers = component::StreamIntake::Workers;
        return connections_ < context_->runtime.size() ? Workers::All : Workers::This;
    }

    void report_refused(const std::string& reason) const {
        context_->log.error(log_target, "Connection refused.",
                            {telemetry::field("error", reason),
                             telemetry::quoted("error_type", "connection_failed"),
                             telemetry::quoted("stage", "receiving")});
        context_->metrics.error("connection_failed", "receiving");
    }

    const PeerFields fields_;
    const EventDecoder decoder_;
    const Mode mode_;
    component::SourceContext* context_ = nullptr;
    telemetry::Counter* received_ = nullptr;
    std::unique_ptr<io::StreamServer> server_;
    std::atomic<std::size_t> connections_{0};
};

/// Modes with datagrams.
class DatagramSource final : public component::Source {
public:
    DatagramSource(const Options& options, EventDecoder decoder,
                   const config::GlobalOptions& globals)
        : fields_(options, globals),
          decoder_(std::move(decoder)),
          mode_(options.mode),
          empty_is_event_(options.decoding.codec == "bytes" &&
                          (!options.framing || options.framing->method == "bytes")) {}

    io::Task<Result<void>> start(component::SourceContext& context) override {
        context_ = &context;
        const auto* udp = std::get_if<UdpOptions>(&mode_);
        received_ = &context.metrics.received_bytes(udp != nullptr ? "udp" : "unix");
        ENGINE_CO_TRY(receiver_, io::DatagramReceiver::open(context.worker, receiver_options()));
        context.worker.spawn(run());
        co_return Result<void>{};
    }

    io::Task<void> stop() override {
        if (receiver_ != nullptr) {
            receiver_->stop();
            co_await ended_.wait();
            receiver_.reset();
        }
    }

private:
    [[nodiscard]] io::DatagramReceiverOptions receiver_options() const {
        io::DatagramReceiverOptions receiver;
        if (const auto* udp = std::get_if<UdpOptions>(&mode_)) {
            receiver.address = udp->address.value;
            receiver.max_length = static_cast<std::size_t>(
                std::min<std::uint64_t>(udp->max_length, receiver.max_length));
            receiver.receive_buffer_bytes = udp->receive_buffer_bytes;
            receiver.multicast_groups = udp->multicast_groups;
            receiver.multicast_interface = udp->multicast_interface;
        } else {
            const auto& on = std::get<UnixDatagramOptions>(mode_);
            receiver.path = on.path.value;
            receiver.file_mode = on.socket_file_mode;
        }
        return receiver;
    }

    io::Task<> run() {
        constexpr std::chrono::milliseconds error_pause{100};
        Intake intake(*context_, fields_);
        for (;;) {
            std::optional<Result<io::Datagrams>> received = co_await receiver_->receive();
            if (!received) {
                break;
            }
            if (!*received) {
                report_unreadable(received->error());
                co_await io::sleep_for(error_pause);
                continue;
            }
            DecodedEvents events = decode(**received, intake);
            received.reset();
            co_await intake.send(std::move(events));
        }
        ended_.set();
    }

    [[nodiscard]] DecodedEvents decode(const io::Datagrams& received, Intake& intake) const {
        DecodedEvents events;
        const Timestamp now = Timestamp::now();
        for (const io::Datagrams::One& datagram : received.datagrams) {
            if (datagram.cut) {
                intake.report_too_long(1);
                continue;
            }
            received_->add(datagram.bytes.size());
            DecodedEvents decoded;
            decode_one(received.slab, datagram.bytes, decoded);
            const Peer peer{datagram.peer.empty() ? std::string(unnamed) : datagram.peer,
                            datagram.peer_port,
                            {}};
            for (const BatchRef& batch : decoded.batches()) {
                fields_.add(*batch, 0, peer, now);
            }
            events.add(std::move(decoded));
        }
        return events;
    }

    void decode_one(const SlabRef& slab, std::string_view bytes, DecodedEvents& events) const {
        if (bytes.empty()) {
            if (empty_is_event_) {
                Batch& batch = events.logs();
                Member members[] = {{"message", Value::bytes("")}};
                batch.push(object_of(members, batch.arena()));
            }
            return;
        }
        if (decoder_.decode_message(slab, bytes, events)) {
            return;
        }
        // One bad frame does not spoil the others.
        StreamDecoder stream = decoder_.open();
        Result<void> framed = stream.decode(slab, bytes, events);
        if (framed) {
            framed = stream.finish(events);
        }
        if (!framed) {
            component::report_undecodable(*context_, framed.error());
        }
        Intake(*context_, fields_).report(stream);
    }

    void report_unreadable(const Error& error) const {
        context_->log.error(log_target, "Error reading datagram.",
                            {telemetry::field("error", error.message),
                             telemetry::quoted("error_type", "reader_failed"),
                             telemetry::quoted("stage", "receiving")});
        context_->metrics.error("reader_failed", "receiving");
    }

    const PeerFields fields_;
    const EventDecoder decoder_;
    const Mode mode_;
    const bool empty_is_event_;
    component::SourceContext* context_ = nullptr;
    telemetry::Counter* received_ = nullptr;
    std::unique_ptr<io::DatagramReceiver> receiver_;
    io::Event ended_;
};

std::unique_ptr<component::Source> build(Options options, component::BuildContext& context) {
    Result<EventDecoder> decoder =
        EventDecoder::make(options.decoding, options.framing, options.default_framing());
    if (!decoder) {
        context.problems.error(context.location, decoder.error().message);
        return nullptr;
    }
    if (options.default_framing().empty()) {
        return std::make_unique<StreamSource>(options, std::move(*decoder), context.globals);
    }
    return std::make_unique<DatagramSource>(options, std::move(*decoder), context.globals);
}

config::ComponentShape shape(const Options& options) {
    config::ComponentShape shape;
    shape.outputs.push_back(
        {.name = {}, .types = component::decoded_types(options.decoding.codec)});
    const auto claim = [&](std::string kind, const config::Located<std::string>& name) {
        if (!name.value.empty()) {  // missing: reported as such
            shape.resources.push_back({std::move(kind), name.value, name.location});
        }
    };
    if (const auto* tcp = std::get_if<TcpOptions>(&options.mode)) {
        claim("tcp", tcp->address);
    } else if (const auto* udp = std::get_if<UdpOptions>(&options.mode)) {
        claim("udp", udp->address);
    } else if (const auto* stream = std::get_if<UnixStreamOptions>(&options.mode)) {
        claim("unix socket", stream->path);
    } else {
        claim("unix socket", std::get<UnixDatagramOptions>(options.mode).path);
    }
    return shape;
}

}  // namespace

}  // namespace engine::sources::socket

ENGINE_REGISTER_SOURCE(engine::sources::socket::Options,
                       {.type = "socket",
                        .summary = "Takes events in over TCP, UDP and Unix sockets.",
                        .options = engine::sources::socket::options,
                        .build = engine::sources::socket::build,
                        .shape = engine::sources::socket::shape})
