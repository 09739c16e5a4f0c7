#include <fmt/format.h>

#include <map>
#include <unordered_map>

#include "engine/codec/compression.hpp"
#include "engine/codec/event_encoder.hpp"
#include "engine/delivery/batching_run.hpp"
#include "sinks/http/http_sink.hpp"

namespace engine::sinks::http {

namespace {

constexpr std::string_view serializing_failed = "Failed serializing frame.";
constexpr std::string_view rendering_failed = "Failed to render template.";

/// How the encoded events of a request are joined.
enum class BodyForm : std::uint8_t {
    JsonArray,  // a comma behind each, brackets around
    Lines,      // a delimiter between them, none behind the last
    Framed,     // as they are
};

BodyForm form_of(const EventEncoder& encoder, const std::optional<EventFramingOptions>& framing) {
    if (!encoder.is_json()) {
        return BodyForm::Framed;
    }
    const bool commas = framing && framing->character_delimited &&
                        framing->method == "character_delimited" &&
                        framing->character_delimited->delimiter == ',';
    if (!framing || commas) {
        return BodyForm::JsonArray;
    }
    return encoder.framing().is_newline_delimited() ? BodyForm::Lines : BodyForm::Framed;
}

/// A request and the encoded events that its body consists of.
struct EventsRequest : delivery::HttpRequest {
    std::vector<delivery::EncodedSlice> slices;
    ByteBuffer compressed;
};

/// Encodes events, several to a request.
/// A batch whose encoding gets its room at once: growing by doubling would cost twice the memory.
constexpr std::size_t large_batch = std::size_t{4} << 10;

class EventsSink final : public HttpSink {
public:
    EventsSink(Options options, std::unique_ptr<const DestinationTemplate> destination,
               const component::BuildContext& context, EventEncoder encoder)
        : HttpSink(std::move(options), std::move(destination), context),
          encoder_(std::move(encoder)),
          form_(form_of(encoder_, options_.framing)),
          prefix_(options_.payload_prefix + "["),
          suffix_("]" + options_.payload_suffix) {}

    [[nodiscard]] std::unique_ptr<component::Prepared> prepare(const Batch& batch) const override;
    io::Task<void> run(component::SinkInput& input) override;
    [[nodiscard]] bool reads_request() const override {
        return destination_->reads_request() || encoder_.reads_request();
    }

private:
    using Groups = std::unordered_map<std::string, std::shared_ptr<delivery::EncodedGroup>>;
    void encode(const Batch& batch, std::size_t index, delivery::EncodedGroup& group,
                delivery::PreparedEvents& prepared) const;
    void fail(std::size_t index, std::string_view reason, delivery::PreparedEvents& prepared) const;
    void prepare_one_group(const Batch& batch, delivery::PreparedEvents& prepared) const;
    void prepare_by_key(const Batch& batch, delivery::PreparedEvents& prepared) const;
    [[nodiscard]] const io::ClientRequest& prototype(const std::string& key);
    [[nodiscard]] std::unique_ptr<delivery::Request> make_request(delivery::EventBatch& batch);
    void assemble(EventsRequest& request) const;
    [[nodiscard]] bool compress_body(EventsRequest& request) const;

    EventEncoder encoder_;
    BodyForm form_;
    std::string prefix_;
    std::string suffix_;
    /// Of the strand: requests without body by key, bounded.
    std::unordered_map<std::string, io::ClientRequest> prototypes_;
};

std::unique_ptr<component::Prepared> EventsSink::prepare(const Batch& batch) const {
    auto prepared = std::make_unique<delivery::PreparedEvents>();
    if (destination_->is_constant()) {
        prepare_one_group(batch, *prepared);
    } else {
        prepare_by_key(batch, *prepared);
    }
    return prepared;
}

/// Counts an event that has no request; its reason has been logged.
void EventsSink::fail(std::size_t index, std::string_view reason,
                      delivery::PreparedEvents& prepared) const {
    ++prepared.failed;
    if (context_->rejected != nullptr) {
        prepared.rejected.push_back(static_cast<std::uint32_t>(index));
        if (prepared.rejected_reason.empty()) {
            prepared.rejected_reason = reason;
        }
    }
}

void EventsSink::encode(const Batch& batch, std::size_t index, delivery::EncodedGroup& group,
                        delivery::PreparedEvents& prepared) const {
    EncodedEvents& events = group.events;
    const Result<EncodeOutcome> outcome = encoder_.encode_framed(batch, index, events.bytes);
    if (!outcome) {
        using telemetry::quoted;
        context_->log.error("engine::codec::encoding", "Failed serializing frame.",
                            {telemetry::field("error", outcome.error().message),
                             quoted("error_code", "encoder_serialize"),
                             quoted("error_type", "encoder_failed"), quoted("stage", "sending")});
        context_->metrics.error("encoder_failed", "sending");
        drop_event(serializing_failed);
        fail(index, serializing_failed, prepared);
        return;
    }
    if (*outcome == EncodeOutcome::Written) {
        events.ends.push_back(static_cast<std::uint32_t>(events.bytes.size()));
        if (context_->rejected != nullptr || context_->fallback != nullptr) {
            group.positions.push_back(static_cast<std::uint32_t>(index));
        }
    }
}

void EventsSink::prepare_one_group(const Batch& batch, delivery::PreparedEvents& prepared) const {
    auto group = std::make_shared<delivery::EncodedGroup>();
    if (!batch.empty() && !render_destination(batch, 0, group->key)) {
        for (std::size_t index = 0; index < batch.size(); ++index) {
            fail(index, rendering_failed, prepared);
        }
        return;
    }
    group->events.ends.reserve(batch.size());
    batch.add_owners_to(group->reservations);
    if (const std::size_t size = batch.estimated_json_size(); size >= large_batch) {
        group->events.bytes.reserve(size + size / 16);
    }
    for (std::size_t index = 0; index < batch.size(); ++index) {
        encode(batch, index, *group, prepared);
    }
    prepared.groups.push_back(std::move(group));
}

void EventsSink::prepare_by_key(const Batch& batch, delivery::PreparedEvents& prepared) const {
    Groups groups;
    std::string key;
    for (std::size_t index = 0; index < batch.size(); ++index) {
        key.clear();
        if (!render_destination(batch, index, key)) {
            fail(index, rendering_failed, prepared);
            continue;
        }
        std::shared_ptr<delivery::EncodedGroup>& group = groups[key];
        if (!group) {
            group = std::make_shared<delivery::EncodedGroup>();
            group->key = key;
            batch.add_owners_to(group->reservations);
            prepared.groups.push_back(group);
        }
        encode(batch, index, *group, prepared);
    }
}

io::Task<void> EventsSink::run(component::SinkInput& input) {
    delivery::SendingOptions sending_options = sending();
    // Twice what may be under way is enough to keep it so; the rest waits in the buffer.
    const delivery::ConcurrencyOptions& concurrency = sending_options.concurrency;
    sending_options.max_requests =
        2 * concurrency.fixed.value_or(concurrency.adaptive.max_concurrency_limit);
    delivery::RequestSender sender(*context_, sending_options, *transport_);
    delivery::BatchingRun batching(sender, options_.batch, [this](delivery::EventBatch& batch) {
        return make_request(batch);
    });
    co_await batching.run(input, context_->worker);
}

const io::ClientRequest& EventsSink::prototype(const std::string& key) {
    constexpr std::size_t most_prototypes = 1'024;
    if (prototypes_.size() >= most_prototypes) {
        prototypes_.clear();
    }
    const auto [position, is_new] = prototypes_.try_emplace(key);
    io::ClientRequest& message = position->second;
    if (!is_new) {
        return message;
    }
    const Destination destination = destination_->resolve(key);
    message = message_to(destination);
    message.method = options_.method;
    message.target = destination.uri.target();
    const std::string_view content_type =
        form_ == BodyForm::JsonArray ? "application/json" : encoder_.content_type();
    if (!content_type.empty()) {
        message.headers.emplace_back("Content-Type", content_type);
    }
    if (const std::string_view coding = options_.compression.content_encoding(); !coding.empty()) {
        message.headers.emplace_back("Content-Encoding", coding);
    }
    message.headers.emplace_back("User-Agent", user_agent);
    message.headers.emplace_back("Accept-Encoding", "zstd,gzip,deflate,br");
    set_own_headers(destination, message.headers);
    return message;
}

std::unique_ptr<delivery::Request> EventsSink::make_request(delivery::EventBatch& batch) {
    auto request = std::make_unique<EventsRequest>();
    request->message = prototype(batch.key);
    request->destination = circuit_of(request->message.endpoint);
    request->slices = std::move(batch.slices);
    assemble(*request);
    if (options_.compression.algorithm != CompressionAlgorithm::None && !compress_body(*request)) {
        context_->metrics.discarded_unintentionally.add(batch.events);
        return nullptr;
    }
    for (const std::string_view part : request->message.body) {
        request->body_bytes += part.size();
    }
    return request;
}

void EventsSink::assemble(EventsRequest& request) const {
    std::vector<std::string_view>& body = request.message.body;
    if (form_ == BodyForm::JsonArray) {
        body.emplace_back(prefix_);
    }
    for (const delivery::EncodedSlice& slice : request.slices) {
        body.push_back(slice.bytes());
    }
    if (form_ != BodyForm::Framed) {
        body.back().remove_suffix(encoder_.framing().delimiter_size());
    }
    if (form_ == BodyForm::JsonArray) {
        body.emplace_back(suffix_);
    }
}

bool EventsSink::compress_body(EventsRequest& request) const {
    ByteBuffer plain;
    for (const std::string_view part : request.message.body) {
        plain.append(part);
    }
    if (const auto done = compress(options_.compression, plain.view(), request.compressed); !done) {
        context_->log.error("engine::sinks::http", "Failed to build request.",
                            {telemetry::field("error", done.error().message),
                             telemetry::quoted("error_type", "encoder_failed"),
                             telemetry::quoted("stage", "processing")});
        context_->metrics.error("encoder_failed", "processing");
        return false;
    }
    request.message.body = {request.compressed.view()};
    request.slices.clear();
    return true;
}

}  // namespace

std::unique_ptr<component::Sink> build_events_sink(
    Options options, std::unique_ptr<const DestinationTemplate> destination,
    component::BuildContext& context) {
    std::optional<EventFramingOptions> framing = options.framing;
    if (!framing &&
        (options.encoding->codec == "json" || options.encoding->codec == "native_json")) {
        framing.emplace();
        framing->method = "character_delimited";
        framing->character_delimited = {','};
    }
    Result<EventEncoder> encoder = EventEncoder::make(*options.encoding, framing);
    if (!encoder) {
        context.problems.error(options.uri.location, encoder.error().message);
        return nullptr;
    }
    return std::make_unique<EventsSink>(std::move(options), std::move(destination), context,
                                        *std::move(encoder));
}

}  // namespace engine::sinks::http
