#include <absl/time/time.h>
#include <fmt/format.h>

#include "engine/codec/decoder.hpp"
#include "engine/codec/json_parser.hpp"
#include "engine/event/container.hpp"
#include "engine/event/shape.hpp"
#include "engine/vrl/encoding/base64.hpp"

namespace engine {

namespace {

/// A request as the encoder of that name writes it: an event with this request, whose `message` is
/// the body.
class RequestJsonDecoder final : public Decoder {
public:
    Result<void> decode(std::string_view frame, DecodedEvents& events) const override {
        if (frame.empty()) {
            return {};
        }
        const BatchRef scratch = Batch::make(EventKind::Log);
        Result<Value> parsed = JsonParser::local().parse(frame, scratch->arena());
        if (!parsed) {
            return failure("Error parsing JSON: " + parsed.error().message);
        }
        const EnvelopeRef request = ENGINE_TRY(request_of(*parsed, scratch->arena()));
        Batch& batch = events.logs();
        Member members[] = {{"message", Value::copy_of(request->body.view(), batch.arena())}};
        batch.begin_envelope(request);
        batch.push(object_of(members, batch.arena()));
        return {};
    }

private:
    /// A member that is text; empty where it is missing and need not be there.
    static Result<std::string_view> text(const Value& object, std::string_view name,
                                         bool needed = false) {
        const Value* value = object.as_object().find(name);
        if (value == nullptr && !needed) {
            return std::string_view();
        }
        if (value == nullptr || !value->is_bytes()) {
            return failure(fmt::format("a request needs the text `{}`", name));
        }
        return value->as_bytes();
    }

    static Result<EnvelopeRef> request_of(const Value& object, Arena& arena) {
        if (!object.is_object()) {
            return failure("a request is a JSON object");
        }
        auto* envelope = new RequestEnvelope;
        EnvelopeRef request(envelope);
        std::string_view body = ENGINE_TRY(text(object, "body"));
        if (const std::string_view coded = ENGINE_TRY(text(object, "body_base64"));
            !coded.empty()) {
            const auto decoded = vrl::base64_decoded(coded, vrl::Base64Alphabet::Standard, arena);
            if (!decoded) {
                return failure("`body_base64` of a request is malformed");
            }
            body = *decoded;
        }
        envelope->body = SlabRef::copy_of(body);
        const std::string_view method = ENGINE_TRY(text(object, "method", true));
        const std::string_view path = ENGINE_TRY(text(object, "path", true));
        const std::string_view query = ENGINE_TRY(text(object, "query"));
        std::vector<std::string_view> headers;
        ENGINE_TRY(read_headers(object, headers));
        set_head(*envelope, method, path, query, headers);
        envelope->remote_address = ENGINE_TRY(text(object, "remote_addr"));
        envelope->id = ENGINE_TRY(text(object, "id"));
        envelope->idempotency_key = ENGINE_TRY(text(object, "idempotency_key"));
        const std::string received(ENGINE_TRY(text(object, "received_at")));
        envelope->received_at = time_of(received);
        return request;
    }

    /// Names and values in turn.
    static Result<void> read_headers(const Value& object, std::vector<std::string_view>& headers) {
        const Value* list = object.as_object().find("headers");
        if (list == nullptr) {
            return {};
        }
        if (!list->is_array()) {
            return failure("`headers` of a request is a list of pairs");
        }
        for (const Value& header : list->as_array().view()) {
            const bool pair = header.is_array() && header.as_array().size == 2 &&
                              header.as_array().items[0].is_bytes() &&
                              header.as_array().items[1].is_bytes();
            if (!pair) {
                return failure("`headers` of a request is a list of pairs");
            }
            headers.push_back(header.as_array().items[0].as_bytes());
            headers.push_back(header.as_array().items[1].as_bytes());
        }
        return {};
    }

    /// Puts the texts into a slab of the envelope's own.
    static void set_head(RequestEnvelope& envelope, std::string_view method, std::string_view path,
                         std::string_view query, const std::vector<std::string_view>& headers) {
        std::string all;
        all.append(method).append(path).append(query);
        for (const std::string_view part : headers) {
            all.append(part);
        }
        envelope.head = SlabRef::copy_of(all);
        std::string_view rest = envelope.head.view();
        const auto next = [&rest](std::string_view part) {
            const std::string_view taken = rest.substr(0, part.size());
            rest.remove_prefix(part.size());
            return taken;
        };
        envelope.method = next(method);
        envelope.path = next(path);
        envelope.query = next(query);
        for (std::size_t i = 0; i < headers.size(); i += 2) {
            const std::string_view name = next(headers[i]);
            envelope.headers.emplace_back(name, next(headers[i + 1]));
        }
    }

    /// Now, where the text is no time.
    static Timestamp time_of(const std::string& text) {
        absl::Time time;
        if (!absl::ParseTime(absl::RFC3339_full, text, &time, nullptr)) {
            return Timestamp::now();
        }
        const std::int64_t seconds = absl::ToUnixSeconds(time);
        const auto rest = absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds));
        return Timestamp{seconds, static_cast<std::uint32_t>(rest)};
    }
};

Result<std::unique_ptr<const Decoder>> make(const DecodingOptions&) {
    return std::make_unique<RequestJsonDecoder>();
}

}  // namespace

}  // namespace engine

ENGINE_REGISTER_DECODER("request_json", engine::make)
