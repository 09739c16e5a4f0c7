#pragma once

#include <memory>
#include <optional>

#include "engine/component/registry.hpp"
#include "engine/component/sink.hpp"
#include "engine/delivery/http_transport.hpp"
#include "engine/delivery/request_sender.hpp"
#include "sinks/http/destination.hpp"
#include "sinks/http/options.hpp"

namespace engine::sinks::http {

/// What both modes of the sink share: destination, connections, health. `prepare` of the modes runs
/// on any worker, everything else on the sink's.
class HttpSink : public component::Sink {
public:
    io::Task<Result<void>> start(component::SinkContext& context) override;
    io::Task<Result<void>> healthcheck() override;
    [[nodiscard]] bool acknowledges() const override { return acknowledges_; }

protected:
    HttpSink(Options options, std::unique_ptr<const DestinationTemplate> destination,
             const component::BuildContext& context);

    /// Where the event goes; null when it has no destination, which is then logged and counted.
    [[nodiscard]] bool render_destination(const Batch& batch, std::size_t index,
                                          std::string& key) const;
    /// Counts and logs one event that cannot be sent, unless it goes to the `rejected` output.
    void drop_event(std::string_view reason) const;
    [[nodiscard]] delivery::SendingOptions sending() const;
    /// The destination's circuit: empty when all events have the same one.
    [[nodiscard]] std::string circuit_of(const io::Endpoint& endpoint) const;
    /// A message to the destination, with the headers of `request.headers` and `auth` to come.
    [[nodiscard]] io::ClientRequest message_to(const Destination& destination) const;
    /// Sets what `request.headers` and `auth` say.
    void set_own_headers(const Destination& destination, Headers& headers) const;

    const Options options_;
    const std::unique_ptr<const DestinationTemplate> destination_;
    component::SinkContext* context_ = nullptr;           // set by `start`
    std::unique_ptr<delivery::HttpTransport> transport_;  // the same

private:
    bool acknowledges_;
};

/// Both report problems and return null then.
[[nodiscard]] std::unique_ptr<component::Sink> build_events_sink(
    Options options, std::unique_ptr<const DestinationTemplate> destination,
    component::BuildContext& context);
[[nodiscard]] std::unique_ptr<component::Sink> build_forward_sink(
    Options options, std::unique_ptr<const DestinationTemplate> destination,
    component::BuildContext& context);

inline constexpr std::string_view user_agent = "engine/" ENGINE_VERSION;

}  // namespace engine::sinks::http
