// Takes events in over HTTP. A request passes in this order: route (405, 404), authentication
// (401), expansion of its Content-Encoding (415, 413, 422), decoding (400), fields, then the
// output. The answer is written when every sink that its events reach has them: stored on disk,
// delivered where acknowledgements are on, otherwise in the sink's queue. Everything happens on the
// connection's worker; only the wait for sinks suspends.
#include <fmt/format.h>

#include <memory>
#include <optional>
#include <vector>

#include "engine/codec/stream_decoder.hpp"
#include "engine/component/output.hpp"
#include "engine/component/registry.hpp"
#include "engine/component/source_decoding.hpp"
#include "engine/event/container.hpp"
#include "engine/io/http_server.hpp"
#include "sources/http_server/answer.hpp"
#include "sources/http_server/authentication.hpp"
#include "sources/http_server/body.hpp"
#include "sources/http_server/envelope.hpp"
#include "sources/http_server/large_body.hpp"
#include "sources/http_server/receipt.hpp"
#include "sources/http_server/request_fields.hpp"
#include "sources/http_server/route.hpp"

namespace engine::sources::http_server {

namespace {

constexpr std::string_view log_target = "engine::sources::http_server";
/// Requests under way end with their sinks; the topology sees to it that those do.
constexpr std::chrono::hours stop_grace{24};
/// Smaller bodies are left to the sinks' own bounds once their request is answered.
constexpr std::size_t reserved_while_queued = std::size_t{16} << 10;

/// Room for an expanded body grows by this factor, from that many bytes or the body's own size.
constexpr std::size_t expansion_step = 16;
constexpr std::size_t least_expansion_room = std::size_t{4} << 10;

using Batches = DecodedEvents::Batches;

class HttpServerSource final : public component::Source {
public:
    HttpServerSource(Options options, EventDecoder decoder,
                     std::unique_ptr<const Authentication> authentication,
                     const config::GlobalOptions& globals)
        : options_(std::move(options)),
          route_(options_),
          fields_(options_, globals),
          decoder_(std::move(decoder)),
          authentication_(std::move(authentication)),
          expansion_limit_(globals.max_decompressed_size) {}

    io::Task<Result<void>> start(component::SourceContext& context) override;
    io::Task<void> stop() override;
    [[nodiscard]] bool provides_requests() const override { return true; }
    [[nodiscard]] std::vector<std::string> request_limits() const override {
        std::vector<std::string> limits;
        if (options_.method != http_server::any_method) {
            limits.push_back(fmt::format("the method `{}`", options_.method));
        }
        if (options_.strict_path && options_.path == "/") {
            limits.emplace_back("the path `/`");
        }
        return limits;
    }
    [[nodiscard]] bool can_acknowledge() const override { return true; }
    [[nodiscard]] bool answers_clients() const override { return true; }

private:
    io::Task<io::HttpResponse> handle(io::HttpRequest& request);
    [[nodiscard]] std::optional<io::HttpResponse> refuse(const io::HttpRequest& request) const;
    [[nodiscard]] io::Task<std::expected<SlabRef, ExpansionError>> expand_within_budget(
        io::HttpRequest& request, std::string_view encodings) const;
    [[nodiscard]] io::HttpResponse refuse_expansion(const io::HttpRequest& request,
                                                    const ExpansionError& error) const;
    [[nodiscard]] std::expected<Batches, io::HttpResponse> decode(const io::HttpRequest& request,
                                                                  const SlabRef& body) const;
    [[nodiscard]] io::HttpResponse undecodable(const io::HttpRequest& request,
                                               const Error& error) const;
    /// Whether the body occupies all workers.
    [[nodiscard]] bool spreads(const SlabRef& body) const {
        return body.size() >= large_body && context_->runtime.size() > 1 && !whole_requests_ &&
               options_.on_decode_error != OnDecodeError::Skip && decoder_.splits();
    }
    [[nodiscard]] static DecodedEvents whole_request(const SlabRef& body);
    [[nodiscard]] DecodedEvents decode_good_frames(const SlabRef& body) const;
    void complete(const Batches& batches, io::HttpRequest& request) const;
    [[nodiscard]] io::HttpResponse answer(DeliveryStatus outcome) const;
    [[nodiscard]] io::HttpResponse counted(io::HttpResponse response) const;

    const Options options_;
    const Route route_;
    const RequestFields fields_;
    const EventDecoder decoder_;
    const std::unique_ptr<const Authentication> authentication_;  // null: everybody may send
    const std::size_t expansion_limit_;

    component::SourceContext* context_ = nullptr;
    bool whole_requests_ = false;  // one event a request, whatever it holds
    telemetry::Counter* received_bytes_ = nullptr;
    telemetry::Counter* requests_ = nullptr;
    telemetry::Counter* accepted_ = nullptr;
    std::unique_ptr<io::HttpServer> server_;
};

io::Task<Result<void>> HttpServerSource::start(component::SourceContext& context) {
    context_ = &context;
    whole_requests_ = context.forwards_requests && !options_.names_codec();
    auto& registry = telemetry::MetricsRegistry::instance();
    const auto& metrics = context.metrics;
    received_bytes_ = &metrics.received_bytes(options_.tls.enabled ? "https" : "http");
    requests_ = &registry.counter("http_server_requests_received_total", metrics.tags());
    accepted_ =
        &registry.counter("http_server_responses_sent_total",
                          metrics.with({{"status", fmt::to_string(options_.response_code)}}));
    if (options_.acknowledgements.enabled.value_or(false)) {
        context.log.warn(log_target,
                         "Enabling `acknowledgements` on sources themselves is deprecated in favor "
                         "of enabling them in the sink configuration.");
    }
    io::HttpServerOptions server;
    server.address = options_.address.value;
    server.tls = options_.tls;
    server.max_connection_age = options_.keepalive.max_connection_age;
    server.max_connection_age_jitter = options_.keepalive.max_connection_age_jitter;
    server.limits.max_body_bytes = std::max(server.limits.max_body_bytes, expansion_limit_);
    ENGINE_CO_TRY(server_, io::HttpServer::listen(
                               context.runtime, std::move(server),
                               [this](io::HttpRequest& request) { return handle(request); }));
    co_return Result<void>{};
}

io::Task<void> HttpServerSource::stop() {
    if (server_) {
        co_await server_->stop_task(stop_grace);
    }
}

io::Task<io::HttpResponse> HttpServerSource::handle(io::HttpRequest& request) {
    requests_->add();
    received_bytes_->add(request.body.size());
    if (std::optional<io::HttpResponse> refused = refuse(request)) {
        co_return counted(std::move(*refused));
    }
    SlabRef body = request.body;
    if (const auto encodings = request.header("content-encoding")) {
        const std::size_t received = request.reservation.bytes();
        auto expanded = co_await expand_within_budget(request, *encodings);
        if (!expanded) {
            const ExpansionError& error = expanded.error();
            if (!whole_requests_) {
                co_return counted(refuse_expansion(request, error));
            }
        } else {
            body = std::move(*expanded);
        }
        request.reservation.shrink(received + (expanded ? body.size() : 0));
    }
    const bool is_spread = spreads(body);
    std::expected<Batches, io::HttpResponse> batches;
    if (is_spread) {
        Result<DecodedEvents> decoded =
            co_await decode_on_all_workers(body, decoder_, context_->runtime);
        batches = decoded ? std::expected<Batches, io::HttpResponse>(decoded->take())
                          : std::unexpected(undecodable(request, decoded.error()));
    } else {
        batches = decode(request, body);
    }
    if (!batches) {
        co_return counted(std::move(batches).error());
    }
    body = {};
    complete(*batches, request);
    const Receipt::Pointer receipt = context_->acknowledge ? Receipt::make() : Receipt::Pointer();
    Acknowledgement share = receipt ? receipt->acknowledgement() : Acknowledgement();
    if (is_spread) {
        co_await send_on_all_workers(*std::move(batches), std::move(share), context_->output,
                                     context_->runtime);
    } else {
        for (BatchRef& batch : *batches) {
            Delivery delivery{std::move(batch), share};
            ENGINE_CO_SEND(context_->output, std::move(delivery));
        }
        share = {};
    }
    if (!receipt) {
        co_return answer(DeliveryStatus::Delivered);
    }
    if (!receipt->known()) {
        const DeliveryStatus outcome = co_await receipt->wait(request.abandoned);
        co_return answer(outcome);
    }
    co_return answer(receipt->outcome());
}

std::optional<io::HttpResponse> HttpServerSource::refuse(const io::HttpRequest& request) const {
    switch (route_.match(request.method, request.path)) {
        case Route::Match::Accepted:
            break;
        case Route::Match::OtherMethodOrPath:
            return not_allowed(*context_, request);
        case Route::Match::LongerPath:
            return not_found(*context_, request);
    }
    if (authentication_ != nullptr) {
        if (const auto refused = authentication_->refuse(request)) {
            return bad_request(*context_, request, 401, *refused);
        }
    }
    return std::nullopt;
}

// How much a body expands to is known once it has been expanded. So it is tried with room for an
// ordinary body first: a bomb waits for its part of the budget before it takes the memory, and many
// of them at once do no more than others.
io::Task<std::expected<SlabRef, ExpansionError>> HttpServerSource::expand_within_budget(
    io::HttpRequest& request, std::string_view encodings) const {
    std::size_t room = 0;
    std::size_t wanted = std::max(least_expansion_room, request.body.size());
    for (;;) {
        wanted = std::min(expansion_limit_, wanted * expansion_step);
        co_await io::MemoryBudget::process().grow(request.reservation, wanted - room);
        room = wanted;
        auto expanded = expand_body(request.body, encodings, room);
        const bool too_small =
            !expanded && expanded.error().status == 413 && room < expansion_limit_;
        if (!too_small) {
            co_return expanded;
        }
    }
}

io::HttpResponse HttpServerSource::refuse_expansion(const io::HttpRequest& request,
                                                    const ExpansionError& error) const {
    if (!error.cause.empty()) {
        context_->log.error(log_target, "Failed decompressing payload.",
                            {telemetry::field("error", error.cause),
                             telemetry::quoted("error_code", "failed_decompressing_payload"),
                             telemetry::quoted("error_type", "parser_failed"),
                             telemetry::quoted("stage", "receiving"),
                             telemetry::field("encoding", error.encoding)});
        context_->metrics.error("parser_failed", "receiving");
    }
    return bad_request(*context_, request, error.status, error.message);
}

std::expected<Batches, io::HttpResponse> HttpServerSource::decode(const io::HttpRequest& request,
                                                                  const SlabRef& body) const {
    if (whole_requests_) {
        return whole_request(body).take();
    }
    if (body.size() == 0) {
        return Batches{};
    }
    if (options_.on_decode_error == OnDecodeError::Skip) {
        return decode_good_frames(body).take();
    }
    DecodedEvents events;
    if (Result<void> decoded = decoder_.decode_message(body, events); !decoded) {
        return std::unexpected(undecodable(request, decoded.error()));
    }
    return events.take();
}

io::HttpResponse HttpServerSource::undecodable(const io::HttpRequest& request,
                                               const Error& error) const {
    component::report_undecodable(*context_, error);
    return bad_request(*context_, request, 400,
                       fmt::format("Failed decoding body: ParsingError({})", error.message));
}

DecodedEvents HttpServerSource::whole_request(const SlabRef& body) {
    DecodedEvents events;
    events.hold(body);
    Batch& batch = events.logs();
    Member members[] = {{"message", Value::bytes(body.view())}};
    batch.push(object_of(members, batch.arena()));
    return events;
}

DecodedEvents HttpServerSource::decode_good_frames(const SlabRef& body) const {
    DecodedEvents events;
    StreamDecoder stream = decoder_.open();
    Result<void> framed = stream.decode(body, events);
    if (framed) {
        framed = stream.finish(events);
    }
    for (const Error& error : stream.take_errors()) {
        component::report_undecodable(*context_, error);
    }
    if (!framed) {
        component::report_undecodable(*context_, framed.error());
    }
    return events;
}

/// Adds what is known about the request, and lets the batches keep what they need of it.
void HttpServerSource::complete(const Batches& batches, io::HttpRequest& request) const {
    if (batches.empty()) {
        return;
    }
    const Timestamp now = Timestamp::now();
    EnvelopeRef envelope;
    if (context_->envelope_needed) {
        envelope = make_envelope(request, now);
    }
    std::shared_ptr<const void> reservation;  // shared by all batches of the request
    if (request.reservation.bytes() >= reserved_while_queued) {
        reservation = std::make_shared<io::MemoryReservation>(std::move(request.reservation));
    }
    for (const BatchRef& batch : batches) {
        fields_.add(*batch, request, now);
        if (envelope) {
            batch->set_envelope(envelope);
        }
        if (reservation) {
            batch->retain(reservation);
        }
    }
}

io::HttpResponse HttpServerSource::answer(DeliveryStatus outcome) const {
    switch (outcome) {
        case DeliveryStatus::Delivered:
            accepted_->add();
            return empty_answer(options_.response_code);
        case DeliveryStatus::Rejected:
            return counted(error_answer(400, "Contents failed to deliver to sink"));
        case DeliveryStatus::TooLarge:
            return counted(error_answer(413, "Contents are larger than a sink's disk buffer"));
        case DeliveryStatus::Errored:
            break;
    }
    return counted(try_later());
}

io::HttpResponse HttpServerSource::counted(io::HttpResponse response) const {
    telemetry::MetricsRegistry::instance()
        .counter("http_server_responses_sent_total",
                 context_->metrics.with({{"status", fmt::to_string(response.status)}}))
        .add();
    return response;
}

std::unique_ptr<component::Source> build(Options options, component::BuildContext& context) {
    const DecodingOptions decoding = options.decoding.value_or(DecodingOptions{});
    Result<EventDecoder> decoder = EventDecoder::make(decoding, options.framing);
    if (!decoder) {
        context.problems.error(options.address.location, decoder.error().message);
        return nullptr;
    }
    std::unique_ptr<const Authentication> authentication;
    if (options.auth) {
        authentication = Authentication::make(*options.auth, context);
        if (authentication == nullptr) {
            return nullptr;
        }
    }
    return std::make_unique<HttpServerSource>(std::move(options), std::move(*decoder),
                                              std::move(authentication), context.globals);
}

config::ComponentShape shape(const Options& options) {
    const DecodingOptions decoding = options.decoding.value_or(DecodingOptions{});
    config::ComponentShape shape;
    shape.outputs.push_back({.name = {}, .types = component::decoded_types(decoding.codec)});
    shape.resources.push_back({"tcp", options.address.value, options.address.location});
    return shape;
}

}  // namespace

}  // namespace engine::sources::http_server

ENGINE_REGISTER_SOURCE(engine::sources::http_server::Options,
                       {.type = "http_server",
                        .summary = "Takes events in over HTTP.",
                        .options = engine::sources::http_server::options,
                        .build = engine::sources::http_server::build,
                        .shape = engine::sources::http_server::shape})
