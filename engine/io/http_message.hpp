#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/event/slab.hpp"
#include "engine/io/memory_budget.hpp"
#include "engine/io/stop.hpp"

namespace engine::io {

/// One header line as received: spelling kept, value without surrounding blanks.
struct Header {
    std::string_view name;
    std::string_view value;
};

/// True when the names differ at most in ASCII case.
[[nodiscard]] bool same_header_name(std::string_view left, std::string_view right);

/// A received request. Every view points into `head`; whoever keeps a view beyond the handler keeps
/// a copy of `head` too. `body` has its transfer coding removed, its content coding kept.
struct HttpRequest {
    std::string_view method;
    std::string_view target;      // as received
    std::string_view path;        // the target without scheme, host and query
    std::string_view query;       // without the question mark
    unsigned version = 11;        // 10 or 11
    std::vector<Header> headers;  // order and repetitions as received
    SlabRef head;
    SlabRef body;
    std::string remote_address;
    std::uint16_t remote_port = 0;
    bool tls = false;
    /// The body's share of the ingest budget: move it to where the body lives on.
    MemoryReservation reservation;
    /// Requested when the server gives up waiting for answers: the handler then ends soon.
    StopToken abandoned;

    /// The first header of that name, in any case.
    [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const;
};

/// An answer. `content-length`, `date` and, where needed, `connection` are added; a
/// `content-length` given here counts for HEAD only.
struct HttpResponse {
    unsigned status = 200;
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
};

/// The standard phrase of a status, "Unknown Status" for others.
[[nodiscard]] std::string_view status_phrase(unsigned status);

}  // namespace engine::io
