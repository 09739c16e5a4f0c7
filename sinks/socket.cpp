// Sends events over TCP, UDP and Unix sockets. Workers encode; the sink's own task sends what has
// queued up with one system call. A connection that breaks is opened again, at growing intervals,
// and what was being written is written again: the peer may then see events twice, and one of them
// in part at the end of the old connection.
#include <fmt/format.h>
#include <boost/asio/buffer.hpp>

#include <cerrno>
#include <memory>
#include <system_error>

#include "engine/component/registry.hpp"
#include "engine/config/global_options.hpp"
#include "engine/delivery/backoff.hpp"
#include "engine/io/datagram_sender.hpp"
#include "engine/io/stream_dialer.hpp"
#include "engine/io/timer.hpp"
#include "sinks/socket/options.hpp"
#include "sinks/socket/shipment.hpp"

namespace engine::socket_sink {

namespace {

constexpr std::string_view log_target = "engine::sinks::socket";
constexpr std::chrono::seconds connect_timeout{30};

delivery::BackoffOptions reconnect_backoff() {
    delivery::BackoffOptions options;
    options.initial = std::chrono::milliseconds(500);
    options.max = std::chrono::seconds(60);
    options.strategy = delivery::BackoffStrategy::Exponential;
    return options;
}

/// What all modes share.
class SocketSink : public component::Sink {
public:
    SocketSink(EventEncoder encoder, bool acknowledge)
        : encoder_(std::move(encoder)), acknowledge_(acknowledge) {}

    [[nodiscard]] std::unique_ptr<component::Prepared> prepare(const Batch& batch) const override {
        auto encoded = std::make_unique<EncodedBatch>();
        encoder_.encode_batch(batch, 0, batch.size(), encoded->events);
        return encoded;
    }
    [[nodiscard]] bool acknowledges() const override { return acknowledge_; }
    [[nodiscard]] bool reads_request() const override { return encoder_.reads_request(); }

protected:
    /// Waits before the next attempt to connect; false when there is none, because what waits on
    /// disk is for the next start, or the shutdown's limit has passed.
    io::Task<bool> pause(delivery::Backoff& backoff, std::string reason) {
        context_->log.error(log_target, "Unable to connect.",
                            {telemetry::field("error", reason),
                             telemetry::quoted("error_code", "failed_connecting"),
                             telemetry::quoted("error_type", "connection_failed"),
                             telemetry::quoted("stage", "sending")});
        context_->metrics.error("connection_failed", "sending");
        const io::StopToken stop = context_->durable ? context_->stopping : context_->abandon;
        const auto delay = backoff.next(reconnect_backoff(), delivery::system_random);
        const io::SleepResult slept = co_await io::sleep_for(delay, stop);
        co_return slept == io::SleepResult::Elapsed;
    }

    const EventEncoder encoder_;
    const bool acknowledge_;
    component::SinkContext* context_ = nullptr;
};

/// Modes with a connection.
class StreamSink final : public SocketSink {
public:
    StreamSink(io::StreamTarget target, io::TlsOptions tls, EventEncoder encoder, bool acknowledge)
        : SocketSink(std::move(encoder), acknowledge),
          target_(std::move(target)),
          tls_(std::move(tls)) {}

    io::Task<Result<void>> start(component::SinkContext& context) override {
        context_ = &context;
        if (tls_.enabled) {
            ENGINE_CO_TRY(target_.tls, io::TlsContext::build(tls_, io::TlsRole::Client));
        }
        co_return Result<void>{};
    }

    io::Task<Result<void>> healthcheck() override {
        ENGINE_CO_TRY(const auto stream, co_await io::dial(context_->worker, target_,
                                                           connect_timeout, context_->abandon));
        stream->close();
        co_return Result<void>{};
    }

    io::Task<void> run(component::SinkInput& input) override {
        Shipment shipment(*context_,
                          context_->metrics.sent_bytes(target_.host.empty() ? "unix" : "tcp"));
        for (;;) {
            const bool filled = co_await shipment.fill(input);
            if (!filled) {
                break;
            }
            const bool sent = co_await send(shipment);
            if (sent) {
                shipment.finish(0);
            } else {
                shipment.give_up();
            }
        }
        if (connection_) {
            connection_->stream->shutdown_send();
            connection_->stream->close();
        }
    }

private:
    /// Shared with the task that notices the peer's closing.
    struct Connection {
        std::shared_ptr<io::Stream> stream;
        bool broken = false;
    };

    io::Task<bool> send(const Shipment& shipment) {
        std::vector<boost::asio::const_buffer> buffers;
        for (const component::SinkItem& item : shipment.items()) {
            const std::string_view bytes = Shipment::encoded(item).bytes.view();
            if (!bytes.empty()) {
                buffers.emplace_back(bytes.data(), bytes.size());
            }
        }
        while (!buffers.empty()) {
            const bool connected = co_await connect();
            if (!connected) {
                co_return false;
            }
            const std::shared_ptr<Connection> connection = connection_;
            const std::stop_callback give_up(
                context_->abandon, [connection, &worker = context_->worker] {
                    worker.post([connection] { connection->stream->close(); });
                });
            const io::Stream::ErrorCode error = co_await connection->stream->write(buffers);
            if (!error) {
                co_return true;
            }
            connection->broken = true;
            context_->log.warn(log_target, "Connection lost.",
                               {telemetry::field("error", error.message())});
            if (context_->abandon.stop_requested()) {
                co_return false;
            }
        }
        co_return true;
    }

    io::Task<bool> connect() {
        if (connection_ && !connection_->broken) {
            co_return true;
        }
        connection_.reset();
        delivery::Backoff backoff;
        for (;;) {
            Result<std::shared_ptr<io::Stream>> stream =
                co_await io::dial(context_->worker, target_, connect_timeout, context_->abandon);
            if (stream) {
                connection_ = std::make_shared<Connection>();
                connection_->stream = std::move(*stream);
                context_->worker.spawn(watch(connection_, context_->log));
                context_->log.debug(log_target, "Connected.");
                co_return true;
            }
            std::string reason = std::move(stream).error().message;
            const bool again = co_await pause(backoff, std::move(reason));
            if (!again) {
                co_return false;
            }
        }
    }

    /// Reads, to nobody's use, so that the peer's closing is noticed before events are lost to it.
    static io::Task<> watch(std::shared_ptr<Connection> connection, telemetry::Logger log) {
        std::vector<char> ignored(4096);
        for (;;) {
            const auto [error, count] = co_await connection->stream->read_some(
                boost::asio::buffer(ignored.data(), ignored.size()));
            if (error || count == 0) {
                break;
            }
        }
        if (!connection->broken) {
            connection->broken = true;
            log.debug(log_target, "The peer has closed the connection.");
        }
        connection->stream->close();
    }

    io::StreamTarget target_;
    const io::TlsOptions tls_;
    std::shared_ptr<Connection> connection_;
};

/// Modes with datagrams.
class DatagramSink final : public SocketSink {
public:
    DatagramSink(Mode mode, EventEncoder encoder, bool acknowledge)
        : SocketSink(std::move(encoder), acknowledge), mode_(std::move(mode)) {}

    io::Task<Result<void>> start(component::SinkContext& context) override {
        context_ = &context;
        co_return Result<void>{};
    }

    io::Task<Result<void>> healthcheck() override {
        ENGINE_CO_TRY(const auto sender, co_await open());
        co_return Result<void>{};
    }

    io::Task<void> run(component::SinkInput& input) override {
        const bool udp = std::holds_alternative<UdpOptions>(mode_);
        Shipment shipment(*context_, context_->metrics.sent_bytes(udp ? "udp" : "unix"));
        for (;;) {
            const bool filled = co_await shipment.fill(input);
            if (!filled) {
                break;
            }
            const std::optional<std::size_t> lost = co_await send(shipment);
            if (lost) {
                shipment.finish(*lost);
            } else {
                shipment.give_up();
            }
        }
    }

private:
    io::Task<Result<std::unique_ptr<io::DatagramSender>>> open() {
        if (const auto* on = std::get_if<UnixDatagramOptions>(&mode_)) {
            co_return io::DatagramSender::open_unix(context_->worker, on->path);
        }
        const auto& udp = std::get<UdpOptions>(mode_);
        ENGINE_CO_TRY(const io::HostAndPort to, io::HostAndPort::parse(udp.address));
        auto opened = co_await io::DatagramSender::open_udp(context_->worker, to.host, to.port,
                                                            udp.send_buffer_bytes);
        co_return opened;
    }

    /// How many events the system refused; nothing when the sink must give up.
    io::Task<std::optional<std::size_t>> send(const Shipment& shipment) {
        std::vector<std::string_view> datagrams;
        for (const component::SinkItem& item : shipment.items()) {
            const EncodedEvents& events = Shipment::encoded(item);
            for (std::size_t i = 0; i < events.ends.size(); ++i) {
                const std::string_view bytes = events.view(i, i + 1);
                if (!bytes.empty()) {
                    datagrams.push_back(bytes);
                }
            }
        }
        std::size_t lost = 0;
        std::size_t sent = 0;
        int refusals = 0;
        delivery::Backoff backoff;
        while (sent < datagrams.size()) {
            if (sender_ == nullptr) {
                auto opened = co_await open();
                if (!opened) {
                    std::string reason = std::move(opened).error().message;
                    const bool again = co_await pause(backoff, std::move(reason));
                    if (!again) {
                        co_return std::nullopt;
                    }
                    continue;
                }
                sender_ = std::move(*opened);
            }
            const auto outcome = sender_->send(std::span(datagrams).subspan(sent));
            sent += outcome.sent;
            if (sent == datagrams.size()) {
                break;
            }
            if (outcome.error == 0) {
                co_await sender_->writable();
            } else if (outcome.error == ECONNREFUSED && ++refusals < 3 && is_udp()) {
                continue;  // the error is that of an earlier datagram, and gone now
            } else if (!is_udp() && outcome.error != EMSGSIZE) {
                sender_.reset();  // the peer is gone
            } else {
                refusals = 0;
                report_unsent(outcome.error);
                ++sent;
                ++lost;
            }
        }
        co_return lost;
    }

    [[nodiscard]] bool is_udp() const { return std::holds_alternative<UdpOptions>(mode_); }

    void report_unsent(int error) const {
        context_->log.error(log_target, "Error sending datagram.",
                            {telemetry::field("error", std::generic_category().message(error)),
                             telemetry::quoted("error_type", "writer_failed"),
                             telemetry::quoted("stage", "sending")});
        context_->metrics.error("writer_failed", "sending");
        context_->metrics.discarded_unintentionally.add();
    }

    const Mode mode_;
    std::unique_ptr<io::DatagramSender> sender_;
};

std::unique_ptr<component::Sink> build(Options options, component::BuildContext& context) {
    std::optional<EventFramingOptions> framing = options.framing;
    if (!framing && std::holds_alternative<UdpOptions>(options.mode)) {
        framing.emplace().method = "bytes";
    }
    Result<EventEncoder> encoder = EventEncoder::make(options.encoding, framing);
    if (!encoder) {
        context.problems.error(context.location, encoder.error().message);
        return nullptr;
    }
    const bool acknowledge = options.acknowledgements.enabled.value_or(
        context.globals.acknowledgements.enabled.value_or(false));
    io::StreamTarget target;
    io::TlsOptions tls;
    if (const auto* tcp = std::get_if<TcpOptions>(&options.mode)) {
        const auto to = io::HostAndPort::parse(tcp->address);
        target.host = to->host;
        target.port = to->port;
        target.keepalive = tcp->keepalive.value_or(KeepaliveOptions{}).time;
        target.send_buffer_bytes = tcp->send_buffer_bytes;
        tls = tcp->tls;
    } else if (const auto* on = std::get_if<UnixStreamOptions>(&options.mode)) {
        target.path = on->path;
    } else {
        return std::make_unique<DatagramSink>(options.mode, std::move(*encoder), acknowledge);
    }
    return std::make_unique<StreamSink>(std::move(target), std::move(tls), std::move(*encoder),
                                        acknowledge);
}

}  // namespace

}  // namespace engine::socket_sink

ENGINE_REGISTER_SINK(engine::socket_sink::Options,
                     {.type = "socket",
                      .summary = "Sends events over TCP, UDP and Unix sockets.",
                      .options = engine::socket_sink::options,
                      .build = engine::socket_sink::build})
