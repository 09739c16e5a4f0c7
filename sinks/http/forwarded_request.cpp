#include "sinks/http/forwarded_request.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "engine/codec/plain_text.hpp"
#include "engine/event/shape.hpp"
#include "engine/io/http_message.hpp"

namespace engine::sinks::http {

namespace {

/// RFC 9110, section 7.6.1. Content-Length is the client's to write; nobody waits for a 100.
constexpr std::array<std::string_view, 11> hop_by_hop{"connection",
                                                      "keep-alive",
                                                      "proxy-connection",
                                                      "proxy-authenticate",
                                                      "proxy-authorization",
                                                      "te",
                                                      "trailer",
                                                      "transfer-encoding",
                                                      "upgrade",
                                                      "expect",
                                                      "content-length"};

/// Removes headers of this connection only, those that `Connection` names included.
void remove_hop_by_hop(Headers& headers) {
    std::vector<std::string> named;
    for (const auto& [name, value] : headers) {
        if (!io::same_header_name(name, "connection")) {
            continue;
        }
        std::string_view rest = value;
        while (!rest.empty()) {
            const std::size_t comma = std::min(rest.find(','), rest.size());
            std::string_view option = rest.substr(0, comma);
            rest.remove_prefix(std::min(comma + 1, rest.size()));
            while (option.starts_with(' ')) {
                option.remove_prefix(1);
            }
            while (option.ends_with(' ')) {
                option.remove_suffix(1);
            }
            named.emplace_back(option);
        }
    }
    for (const std::string& name : named) {
        remove_header(headers, name);
    }
    for (const std::string_view name : hop_by_hop) {
        remove_header(headers, name);
    }
}

std::string text_of(const Value& value) {
    if (value.is_bytes()) {
        return std::string(value.as_bytes());
    }
    ByteBuffer buffer;
    write_plain_text(value, buffer);
    return std::string(buffer.view());
}

std::vector<std::string> texts_of(const Value& value) {
    std::vector<std::string> texts;
    if (value.is_array()) {
        for (const Value& each : value.as_array().view()) {
            texts.push_back(text_of(each));
        }
    } else if (!value.is_null()) {
        texts.push_back(text_of(value));
    }
    return texts;
}

std::string lower(std::string_view text) {
    std::string lowered(text);
    std::ranges::transform(lowered, lowered.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
    });
    return lowered;
}

/// The received headers with the changes of a program. Unchanged ones keep order and spelling.
Headers changed_headers(const Headers& received, const ObjectNode& wanted) {
    Headers result;
    std::vector<std::string> kept;
    for (const auto& [name, value] : received) {
        const std::string lowered = lower(name);
        if (std::ranges::find(kept, lowered) != kept.end()) {
            result.emplace_back(name, value);
            continue;
        }
        const Value* now = wanted.find(lowered);
        if (now == nullptr) {
            continue;
        }
        std::vector<std::string> before;
        for (const auto& [other, other_value] : received) {
            if (io::same_header_name(other, name)) {
                before.push_back(other_value);
            }
        }
        if (texts_of(*now) == before) {
            kept.push_back(lowered);
            result.emplace_back(name, value);
        }
    }
    for (std::uint32_t i = 0; i < wanted.size(); ++i) {
        const std::string name = lower(wanted.shape->key(i));
        if (std::ranges::find(kept, name) != kept.end() || !delivery::is_header_name(name)) {
            continue;
        }
        for (std::string& value : texts_of(wanted.values[i])) {
            if (delivery::is_header_value(value)) {
                result.emplace_back(name, std::move(value));
            }
        }
    }
    return result;
}

/// What the envelope says, then what programs made of it.
struct Parts {
    std::string path;
    std::string query;
};

void read_envelope(const RequestEnvelope& envelope, ForwardedRequest& request, Parts& parts) {
    request.method = envelope.method;
    parts.path = envelope.path;
    parts.query = envelope.query;
    request.headers.reserve(envelope.headers.size() + 5);
    for (const auto& [name, value] : envelope.headers) {
        request.headers.emplace_back(name, value);
    }
}

void read_changes(const Value& metadata, ForwardedRequest& request, Parts& parts) {
    const Value* changes = metadata.is_object() ? metadata.as_object().find("request") : nullptr;
    if (changes == nullptr || !changes->is_object()) {
        return;
    }
    const ObjectNode& object = changes->as_object();
    if (const Value* method = object.find("method");
        method != nullptr && method->is_bytes() && delivery::is_header_name(method->as_bytes())) {
        request.method = method->as_bytes();
    }
    if (const Value* path = object.find("path"); path != nullptr && path->is_bytes()) {
        parts.path = path->as_bytes();
    }
    if (const Value* query = object.find("query"); query != nullptr && query->is_bytes()) {
        parts.query = query->as_bytes();
    }
    if (const Value* headers = object.find("headers"); headers != nullptr && headers->is_object()) {
        request.headers = changed_headers(request.headers, headers->as_object());
    }
    if (const Value* body = object.find("body");
        body != nullptr &&
        (!body->is_bytes() || body->as_bytes() != request.envelope->body.view())) {
        request.changed_body = body->is_null() ? std::string() : text_of(*body);
        request.body_is_changed = true;
    }
}

/// What cannot stand in a request line is written in percent form: a program may have put it there.
std::string request_target(std::string_view text) {
    std::string target;
    target.reserve(text.size());
    for (const char c : text) {
        if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7f || c == '#') {
            target += fmt::format("%{:02X}", static_cast<unsigned char>(c));
        } else {
            target += c;
        }
    }
    return target;
}

std::string target_of(const delivery::Uri& uri, const Parts& parts, PathMode mode) {
    std::string target = uri.path;
    if (mode == PathMode::Append) {
        while (target.ends_with('/')) {
            target.pop_back();
        }
        if (!parts.path.starts_with('/')) {
            target += '/';
        }
        target += parts.path;
    }
    char joint = '?';
    for (const std::string& query : {uri.query, parts.query}) {
        if (!query.empty()) {
            target += joint;
            target += query;
            joint = '&';
        }
    }
    return request_target(target);
}

void add_forwarding_headers(const RequestEnvelope& envelope, Headers& headers) {
    std::string forwarded_for;
    for (const auto& [name, value] : headers) {
        if (io::same_header_name(name, "x-forwarded-for")) {
            forwarded_for += (forwarded_for.empty() ? "" : ", ") + value;
        }
    }
    if (!envelope.remote_address.empty()) {
        forwarded_for += (forwarded_for.empty() ? "" : ", ") + envelope.remote_address;
    }
    if (!forwarded_for.empty()) {
        set_header(headers, "X-Forwarded-For", std::move(forwarded_for));
    }
    const auto add_missing = [&headers](std::string_view name, std::string value) {
        if (find_header(headers, name) == nullptr && !value.empty()) {
            headers.emplace_back(name, std::move(value));
        }
    };
    add_missing("X-Forwarded-Proto", envelope.tls ? "https" : "http");
    add_missing("X-Request-Id", envelope.id);
    add_missing("Idempotency-Key", envelope.idempotency_key);
}

}  // namespace

ForwardedRequest forwarded_request(const Batch& batch, std::size_t index,
                                   const Destination& destination, const Options& options) {
    ForwardedRequest request;
    request.envelope = batch.envelope(index);
    Parts parts;
    read_envelope(*request.envelope, request, parts);
    read_changes(batch.metadata(index), request, parts);
    request.target = target_of(destination.uri, parts, options.path_mode);
    remove_hop_by_hop(request.headers);
    if (options.pass_host == PassHost::Node) {
        remove_header(request.headers, "host");
    }
    for (const std::string& name : options.headers.remove) {
        remove_header(request.headers, name);
    }
    add_forwarding_headers(*request.envelope, request.headers);
    return request;
}

}  // namespace engine::sinks::http
