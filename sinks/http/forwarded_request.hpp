#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/event/batch.hpp"
#include "sinks/http/destination.hpp"
#include "sinks/http/options.hpp"

namespace engine::sinks::http {

/// A received request as it is sent on. Holds the envelope that `body` may point into.
struct ForwardedRequest {
    EnvelopeRef envelope;
    std::string method;
    std::string target;
    Headers headers;
    std::string changed_body;  // what a program put in place of the received one
    bool body_is_changed = false;

    [[nodiscard]] std::string_view body() const {
        return body_is_changed ? std::string_view(changed_body) : envelope->body.view();
    }
};

/// The request of event `index` (which has an envelope) with what programs assigned to `%request`,
/// less hop-by-hop headers and, unless passed, Host, plus forwarding headers and idempotency key.
/// `headers` of the options, `request.headers` and `auth` are the caller's.
[[nodiscard]] ForwardedRequest forwarded_request(const Batch& batch, std::size_t index,
                                                 const Destination& destination,
                                                 const Options& options);

}  // namespace engine::sinks::http
