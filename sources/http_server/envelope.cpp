#include "sources/http_server/envelope.hpp"

#include <fmt/format.h>

#include <random>

namespace engine::sources::http_server {

namespace {

std::uint64_t random_bits() {
    thread_local std::mt19937_64 generator = [] {
        std::random_device device;
        std::seed_seq seed{device(), device(), device(), device(),
                           device(), device(), device(), device()};
        return std::mt19937_64(seed);
    }();
    return generator();
}

std::string random_key() {
    return fmt::format("{:016x}{:016x}", random_bits(), random_bits());
}

/// RFC 9562, version 4.
std::string random_uuid() {
    const std::uint64_t high = (random_bits() & ~std::uint64_t{0xf000}) | 0x4000;
    const std::uint64_t low =
        (random_bits() & ~(std::uint64_t{3} << 62)) | (std::uint64_t{1} << 63);
    return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32, (high >> 16) & 0xffff,
                       high & 0xffff, low >> 48, low & 0xffff'ffff'ffff);
}

}  // namespace

EnvelopeRef make_envelope(const io::HttpRequest& request, Timestamp received_at) {
    auto* envelope = new RequestEnvelope;
    EnvelopeRef reference(envelope);
    envelope->method = request.method;
    envelope->path = request.path;
    envelope->query = request.query;
    envelope->headers.reserve(request.headers.size());
    for (const io::Header& header : request.headers) {
        envelope->headers.emplace_back(header.name, header.value);
    }
    envelope->head = request.head;
    envelope->body = request.body;
    envelope->remote_address = request.remote_address;
    envelope->tls = request.tls;
    envelope->received_at = received_at;
    const std::string_view id = envelope->header("x-request-id");
    envelope->id = id.empty() ? random_uuid() : std::string(id);
    const std::string_view key = envelope->header("idempotency-key");
    envelope->idempotency_key = key.empty() ? random_key() : std::string(key);
    return reference;
}

}  // namespace engine::sources::http_server
