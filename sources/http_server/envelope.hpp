#pragma once

#include "engine/event/envelope.hpp"
#include "engine/io/http_message.hpp"

namespace engine::sources::http_server {

/// What is needed to send the request again; shares the request's memory.
[[nodiscard]] EnvelopeRef make_envelope(const io::HttpRequest& request, Timestamp received_at);

}  // namespace engine::sources::http_server
