#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "engine/io/http_response_parser.hpp"

// Answers of a hostile destination, arriving in pieces whose size the first byte decides: what is
// read does not depend on the pieces, and never exceeds what was asked for.
namespace {

using namespace engine::io;

constexpr std::size_t max_body_bytes = 512;

void require(bool condition) {
    if (!condition)
        std::abort();
}

std::string parse(std::string_view bytes, std::size_t piece, ResponseParser::Body expected) {
    ResponseParser parser;
    ClientResponse response;
    parser.start(&response, expected, max_body_bytes);
    ParseState state = ParseState::NeedMore;
    std::size_t arrived = 0;
    while (state == ParseState::NeedMore && arrived < bytes.size()) {
        arrived = std::min(bytes.size(), arrived + piece);
        const auto progress = parser.parse(bytes.substr(0, arrived));
        require(progress.consumed <= arrived);
        bytes.remove_prefix(progress.consumed);
        arrived -= progress.consumed;
        state = progress.state;
    }
    if (state == ParseState::NeedMore)
        state = parser.end_of_stream();
    require(response.body.size() <= max_body_bytes);
    if (state != ParseState::Complete)
        return "failed";
    std::string seen = std::to_string(response.status) + (parser.keep_alive() ? "+" : "-");
    for (const auto& [name, value] : response.headers)
        seen += name + ":" + value + "\n";
    return seen + response.body;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0)
        return 0;
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    const auto expected =
        data[0] % 8 == 0 ? ResponseParser::Body::None : ResponseParser::Body::Expected;
    require(parse(bytes, 1 + data[0] % 64, expected) == parse(bytes, size, expected));
    return 0;
}
