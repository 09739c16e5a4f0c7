#include "sinks/http/http_sink.hpp"

#include <fmt/format.h>

namespace engine::sinks::http {

namespace {

io::ProxyOptions proxy_of(const config::ProxyOptions& options) {
    io::ProxyOptions proxy;
    proxy.enabled = options.enabled;
    proxy.http = options.http.value_or("");
    proxy.https = options.https.value_or("");
    proxy.no_proxy = options.no_proxy;
    return proxy;
}

std::string name_of(const io::Endpoint& endpoint) {
    return fmt::format("{}://{}:{}", endpoint.scheme == io::Scheme::Https ? "https" : "http",
                       endpoint.host, endpoint.port);
}

}  // namespace

HttpSink::HttpSink(Options options, std::unique_ptr<const DestinationTemplate> destination,
                   const component::BuildContext& context)
    : options_(std::move(options)),
      destination_(std::move(destination)),
      acknowledges_(options_.acknowledgements.enabled.value_or(
          context.globals.acknowledgements.enabled.value_or(false))) {}

io::Task<Result<void>> HttpSink::start(component::SinkContext& context) {
    context_ = &context;
    io::HttpClientOptions client;
    if (options_.tls) {
        ENGINE_CO_TRY(client.tls, io::TlsContext::build(*options_.tls, io::TlsRole::Client));
    }
    client.proxy = proxy_of(options_.proxy);
    client.max_idle_connections = 256;
    client.max_response_bytes = std::size_t{64} << 10;
    transport_ = std::make_unique<delivery::HttpTransport>(context.worker, std::move(client));
    if (options_.dangerously_allow_unconfined_template_resolution) {
        context.log.warn(
            "engine::sinks::http::confinement",
            "SECURITY: component has `dangerously_allow_unconfined_template_resolution` "
            "enabled — template is NOT confined. A log producer that controls any "
            "field used in the template can write to arbitrary keys.",
            {telemetry::quoted("field", "uri")});
    }
    co_return Result<void>{};
}

io::Task<Result<void>> HttpSink::healthcheck() {
    if (!options_.healthcheck.enabled || !options_.healthcheck.uri) {
        co_return Result<void>{};
    }
    ENGINE_CO_TRY(const delivery::Uri uri, delivery::Uri::parse(*options_.healthcheck.uri));
    io::ClientRequest request;
    request.method = "HEAD";
    request.endpoint = uri.endpoint;
    request.target = uri.target();
    request.headers = {{"User-Agent", std::string(user_agent)}, {"Accept-Encoding", "identity"}};
    if (std::string authorization = destination_->authorization(uri); !authorization.empty()) {
        request.headers.emplace_back("Authorization", std::move(authorization));
    }
    request.timeout = options_.delivery.request.timeout;
    co_return co_await delivery::check_health(transport_->client(), std::move(request));
}

bool HttpSink::render_destination(const Batch& batch, std::size_t index, std::string& key) const {
    const std::optional<DestinationError> error = destination_->render_key(batch, index, key);
    if (!error) {
        return true;
    }
    using telemetry::field;
    using telemetry::quoted;
    const bool confinement = error->kind == DestinationError::Kind::Confinement;
    const std::string_view type = confinement ? "confinement_failed" : "template_failed";
    context_->log.error(
        "engine::delivery::template",
        confinement ? fmt::format("Templated routing value was outside the configured confinement; "
                                  "dropping event for \"{}\".",
                                  error->field)
                    : fmt::format("Failed to render template for \"{}\".", error->field),
        {field("error", error->message), quoted("error_type", type),
         quoted("stage", "processing")});
    context_->metrics.error(type, "processing");
    drop_event("Failed to render template.");
    return false;
}

void HttpSink::drop_event(std::string_view reason) const {
    if (context_->rejected != nullptr) {
        return;
    }
    context_->metrics.discarded_unintentionally.add();
    context_->log.error(
        "engine::delivery::events_dropped", "Events dropped",
        {telemetry::field("intentional", std::string("false")),
         telemetry::field("count", std::int64_t{1}), telemetry::quoted("reason", reason)});
}

delivery::SendingOptions HttpSink::sending() const {
    delivery::SendingOptions sending = delivery::sending_options(
        options_.delivery,
        context_->durable ? delivery::BufferKind::Disk : delivery::BufferKind::Memory);
    if (const auto uri = delivery::Uri::parse(options_.uri.value)) {
        sending.destination = name_of(uri->endpoint);
    }
    return sending;
}

std::string HttpSink::circuit_of(const io::Endpoint& endpoint) const {
    return destination_->is_constant() ? std::string() : name_of(endpoint);
}

io::ClientRequest HttpSink::message_to(const Destination& destination) const {
    io::ClientRequest message;
    message.endpoint = destination.uri.endpoint;
    message.timeout = options_.delivery.request.timeout;
    message.connect_timeout = std::min(message.connect_timeout, message.timeout);
    return message;
}

void HttpSink::set_own_headers(const Destination& destination, Headers& headers) const {
    for (const auto& [name, value] : destination.headers) {
        set_header(headers, name, value);
    }
    if (std::string authorization = destination_->authorization(destination.uri);
        !authorization.empty()) {
        set_header(headers, "Authorization", std::move(authorization));
    }
}

}  // namespace engine::sinks::http
