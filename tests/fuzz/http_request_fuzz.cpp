#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "engine/io/http_request_parser.hpp"

// Requests as a connection sees them, arriving in pieces whose size the first byte decides. Checks
// that views stay within the head, and that what was read does not depend on the pieces.
namespace {

using namespace engine;
using namespace engine::io;

void require(bool condition) {
    if (!condition)
        std::abort();
}

void check_views(const HttpRequest& request) {
    const std::string_view head = request.head.view();
    const auto within = [head](std::string_view view) {
        return view.empty() || view == "/" ||
               (view.data() >= head.data() &&
                view.data() + view.size() <= head.data() + head.size());
    };
    require(within(request.method) && within(request.target) && within(request.path) &&
            within(request.query));
    for (const Header& header : request.headers)
        require(within(header.name) && within(header.value));
}

std::string parse_all(std::string_view bytes, std::size_t piece, const RequestLimits& limits) {
    RequestParser parser(limits);
    HttpRequest request;
    std::string seen;
    std::size_t arrived = 0;
    const auto more = [&] {
        const bool any = arrived < bytes.size();
        arrived = std::min(bytes.size(), arrived + piece);
        return any;
    };
    while (more() || !bytes.empty()) {
        ParseState state = parser.parse_head(bytes.substr(0, arrived), request);
        while (state == ParseState::NeedMore && more())
            state = parser.parse_head(bytes.substr(0, arrived), request);
        if (state != ParseState::Complete)
            return seen;
        check_views(request);
        bytes.remove_prefix(parser.head_size());
        arrived -= parser.head_size();
        SlabRef body = SlabRef::with_capacity(bytes.size() + 1);
        if (parser.framing() == BodyFraming::Length) {
            if (parser.content_length() > bytes.size())
                return seen;
            body.append(bytes.substr(0, parser.content_length()));
            bytes.remove_prefix(parser.content_length());
            arrived -= std::min(arrived, parser.content_length());
        } else if (parser.framing() == BodyFraming::Chunked) {
            for (;;) {
                const auto progress = parser.parse_chunks(bytes.substr(0, arrived), body);
                require(progress.consumed <= arrived && body.size() <= limits.max_body_bytes);
                bytes.remove_prefix(progress.consumed);
                arrived -= progress.consumed;
                if (progress.state == ParseState::Complete)
                    break;
                if (progress.state == ParseState::Failed || !more())
                    return seen;
            }
        }
        seen += std::string(request.method) + " " + std::string(request.target) + "\n";
        seen += body.view();
        parser.reset();
    }
    return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0)
        return 0;
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    const RequestLimits limits{.max_header_bytes = 4096, .max_body_bytes = 4096};
    const std::size_t piece = 1 + data[0] % 64;
    require(parse_all(bytes, piece, limits) == parse_all(bytes, size, limits));
    return 0;
}
