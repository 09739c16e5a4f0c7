#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/event/slab.hpp"
#include "engine/event/value.hpp"

namespace engine {

/// What is needed to send a received HTTP request again. Shared read-only by all events of the
/// request. Views point into `head` or `body`.
class RequestEnvelope {
public:
    std::string_view method;
    std::string_view path;
    std::string_view query;  // raw, without the question mark
    std::vector<std::pair<std::string_view, std::string_view>> headers;  // as received
    SlabRef head;
    SlabRef body;  // as received, before decompression
    std::string remote_address;
    bool tls = false;
    Timestamp received_at;
    std::string id;               // X-Request-Id as received, or drawn
    std::string idempotency_key;  // as received, or 128 random bits drawn at receipt

    /// First header of that name, compared without case; null data when there is none.
    [[nodiscard]] std::string_view header(std::string_view name) const;
    /// The value of the first `name=` of the query, percent-decoded; false when there is none.
    [[nodiscard]] bool query_parameter(std::string_view name, std::string& value) const;
    /// As programs see it under `%request`, built in `arena`.
    [[nodiscard]] Value to_value(Arena& arena) const;

    void retain() { references_.fetch_add(1, std::memory_order_relaxed); }
    void release() {
        if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1)
            delete this;
    }

private:
    std::atomic<std::uint32_t> references_{0};
};

/// Shared ownership of an envelope; may be empty.
class EnvelopeRef {
public:
    EnvelopeRef() = default;
    explicit EnvelopeRef(RequestEnvelope* envelope) : envelope_(envelope) {
        if (envelope_ != nullptr)
            envelope_->retain();
    }
    EnvelopeRef(const EnvelopeRef& other) : EnvelopeRef(other.envelope_) {}
    EnvelopeRef(EnvelopeRef&& other) noexcept
        : envelope_(std::exchange(other.envelope_, nullptr)) {}
    EnvelopeRef& operator=(EnvelopeRef other) noexcept {
        std::swap(envelope_, other.envelope_);
        return *this;
    }
    ~EnvelopeRef() {
        if (envelope_ != nullptr)
            envelope_->release();
    }
    [[nodiscard]] explicit operator bool() const { return envelope_ != nullptr; }
    [[nodiscard]] const RequestEnvelope* operator->() const { return envelope_; }
    [[nodiscard]] const RequestEnvelope& operator*() const { return *envelope_; }

private:
    RequestEnvelope* envelope_ = nullptr;
};

}  // namespace engine
