#include <fmt/format.h>

#include <unordered_map>

#include "engine/vrl/template.hpp"
#include "sinks/http/forwarded_request.hpp"
#include "sinks/http/http_sink.hpp"

namespace engine::sinks::http {

namespace {

using vrl::Template;

/// A request that is sent on.
struct ForwardRequest : delivery::HttpRequest {
    ForwardedRequest source;
    std::vector<std::uint32_t> positions;  // of its events
};

/// The requests of a batch, ready to be sent.
struct PreparedRequests : component::Prepared {
    std::vector<std::unique_ptr<ForwardRequest>> requests;
    /// Events without a request or destination; logged, and counted unless they go to the
    /// `rejected` output.
    std::vector<std::uint32_t> failed;
    std::string reason;  // of the first one
};

/// Templates of `headers.set`.
using HeaderTemplates = std::vector<std::pair<std::string, Template>>;

/// Sends received requests on, as they came.
class ForwardSink final : public HttpSink {
public:
    ForwardSink(Options options, std::unique_ptr<const DestinationTemplate> destination,
                const component::BuildContext& context, std::optional<Template> order_by,
                HeaderTemplates set)
        : HttpSink(std::move(options), std::move(destination), context),
          order_by_(std::move(order_by)),
          set_(std::move(set)) {}

    [[nodiscard]] std::unique_ptr<component::Prepared> prepare(const Batch& batch) const override;
    io::Task<void> run(component::SinkInput& input) override;
    [[nodiscard]] bool forwards_requests() const override { return true; }

private:
    [[nodiscard]] std::unique_ptr<ForwardRequest> make_request(const Batch& batch,
                                                               std::size_t index) const;
    [[nodiscard]] bool set_headers(const Batch& batch, std::size_t index, Headers& headers) const;
    [[nodiscard]] std::string order_key(const Batch& batch, std::size_t index) const;
    void submit(component::SinkItem item, delivery::RequestSender& sender) const;

    std::optional<Template> order_by_;
    HeaderTemplates set_;
};

std::unique_ptr<component::Prepared> ForwardSink::prepare(const Batch& batch) const {
    auto prepared = std::make_unique<PreparedRequests>();
    std::unordered_map<const RequestEnvelope*, ForwardRequest*> seen;
    for (std::size_t index = 0; index < batch.size(); ++index) {
        const EnvelopeRef envelope = batch.envelope(index);
        const auto same = envelope ? seen.find(&*envelope) : seen.end();
        if (same != seen.end()) {
            ++same->second->events;
            same->second->positions.push_back(static_cast<std::uint32_t>(index));
            continue;
        }
        if (auto request = envelope ? make_request(batch, index) : nullptr) {
            seen.emplace(&*envelope, request.get());
            request->positions.push_back(static_cast<std::uint32_t>(index));
            prepared->requests.push_back(std::move(request));
            continue;
        }
        prepared->failed.push_back(static_cast<std::uint32_t>(index));
        if (prepared->reason.empty()) {
            prepared->reason = envelope ? "Failed to render template." : "no_request";
        }
        if (!envelope) {
            context_->metrics.error("no_request", "processing");
            drop_event("no_request");
        }
    }
    return prepared;
}

std::unique_ptr<ForwardRequest> ForwardSink::make_request(const Batch& batch,
                                                          std::size_t index) const {
    std::string key;
    if (!render_destination(batch, index, key)) {
        return nullptr;
    }
    const Destination destination = destination_->resolve(key);
    auto request = std::make_unique<ForwardRequest>();
    request->source = forwarded_request(batch, index, destination, options_);
    request->message = message_to(destination);
    request->message.method = std::move(request->source.method);
    request->message.target = std::move(request->source.target);
    request->message.headers = std::move(request->source.headers);
    if (!set_headers(batch, index, request->message.headers)) {
        return nullptr;
    }
    set_own_headers(destination, request->message.headers);
    if (const std::string_view body = request->source.body(); !body.empty()) {
        request->message.body.push_back(body);
        request->body_bytes = body.size();
    }
    request->order_key = order_key(batch, index);
    request->destination = circuit_of(request->message.endpoint);
    request->events = 1;
    return request;
}

bool ForwardSink::set_headers(const Batch& batch, std::size_t index, Headers& headers) const {
    for (const auto& [name, source] : set_) {
        std::string value;
        Result<void> done = source.render(batch, index, value);
        if (done && !delivery::is_header_value(value)) {
            done = failure(
                fmt::format("the value of `{}` has characters that no header may have", name));
        }
        if (done) {
            set_header(headers, name, std::move(value));
            continue;
        }
        context_->log.error("engine::delivery::template",
                            "Failed to render template for \"headers\".",
                            {telemetry::field("error", done.error().message),
                             telemetry::quoted("error_type", "template_failed"),
                             telemetry::quoted("stage", "processing")});
        context_->metrics.error("template_failed", "processing");
        drop_event("Failed to render template.");
        return false;
    }
    return true;
}

std::string ForwardSink::order_key(const Batch& batch, std::size_t index) const {
    std::string key;
    if (order_by_) {
        // Without the key a request has no order.
        (void)order_by_->render(batch, index, key);
        return key;
    }
    const Value& metadata = batch.metadata(index);
    const Value* value =
        metadata.is_object() ? metadata.as_object().find("partition_key") : nullptr;
    if (value != nullptr && value->is_bytes()) {
        key = value->as_bytes();
    }
    return key;
}

io::Task<void> ForwardSink::run(component::SinkInput& input) {
    delivery::SendingOptions sending_options = sending();
    // On disk requests wait anyway: a key that is blocked shall not hold back others for long.
    sending_options.max_requests = context_->durable ? 65'536 : 1'024;
    delivery::RequestSender sender(*context_, sending_options, *transport_);
    for (;;) {
        std::optional<component::SinkItem> item = co_await input.receive();
        if (!item) {
            break;
        }
        submit(*std::move(item), sender);
        co_await sender.room();
    }
    co_await sender.drained();
}

void ForwardSink::submit(component::SinkItem item, delivery::RequestSender& sender) const {
    auto* prepared = static_cast<PreparedRequests*>(item.prepared.get());
    Acknowledgement& acknowledgement = item.delivery.acknowledgement;
    if (!prepared->failed.empty() && context_->rejected != nullptr) {
        sender.reject({item.delivery.batch, std::move(prepared->failed)}, acknowledgement,
                      prepared->reason);
    } else if (!prepared->failed.empty()) {
        Acknowledgement(acknowledgement).finish(DeliveryStatus::Rejected);
    }
    const std::size_t events = item.delivery.batch->size();
    const std::size_t event_bytes = item.delivery.batch->estimated_json_size();
    for (std::unique_ptr<ForwardRequest>& request : prepared->requests) {
        request->event_bytes = event_bytes * request->events / events;
        if (acknowledgement) {
            request->acknowledgements.push_back(acknowledgement);
        }
        if (sender.keeps_events()) {
            request->selections.push_back({item.delivery.batch, std::move(request->positions)});
        }
        sender.submit(std::move(request));
    }
}

}  // namespace

std::unique_ptr<component::Sink> build_forward_sink(
    Options options, std::unique_ptr<const DestinationTemplate> destination,
    component::BuildContext& context) {
    const std::size_t errors = context.problems.errors();
    if (!context.graph.requests_upstream) {
        context.problems.error(options.uri.location,
                               "the sink sends received requests on, but no `http_server` source "
                               "is upstream",
                               options.encoding ? "leave `mode` out to send encoded events"
                                                : "to send encoded events, add `encoding`");
    }
    std::optional<Template> order_by;
    if (options.order_by) {
        order_by = Template::compile(*options.order_by, vrl::TemplateScope::Request,
                                     context.globals, context.problems);
    }
    HeaderTemplates set;
    for (const auto& [name, source] : options.headers.set) {
        if (auto value = Template::compile(source, vrl::TemplateScope::Event, context.globals,
                                           context.problems)) {
            set.emplace_back(name, *std::move(value));
        }
    }
    if (context.problems.errors() > errors) {
        return nullptr;
    }
    return std::make_unique<ForwardSink>(std::move(options), std::move(destination), context,
                                         std::move(order_by), std::move(set));
}

}  // namespace engine::sinks::http
