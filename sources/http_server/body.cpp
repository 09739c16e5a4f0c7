#include "sources/http_server/body.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "engine/codec/compression.hpp"

namespace engine::sources::http_server {

namespace {

/// Each may expand to the limit again, so their number multiplies what a request costs.
constexpr std::size_t max_encodings = 4;

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blanks = " \t";
    const std::size_t begin = text.find_first_not_of(blanks);
    return begin == std::string_view::npos
               ? std::string_view{}
               : text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

std::expected<SlabRef, ExpansionError> expand(const SlabRef& body, std::string_view encoding,
                                              std::size_t limit) {
    const auto algorithm = encoding.empty() ? std::nullopt : algorithm_of(encoding);
    if (!algorithm) {
        return std::unexpected(ExpansionError{
            415, fmt::format("Unsupported encoding {}", encoding), std::string(encoding), {}});
    }
    if (*algorithm == CompressionAlgorithm::None) {
        return body;
    }
    Result<SlabRef> expanded = decompress(*algorithm, body.view(), limit);
    if (expanded) {
        return std::move(*expanded);
    }
    if (expanded.error().message == decompression_limit_error) {
        return std::unexpected(ExpansionError{
            413,
            fmt::format("Decompressed {} body exceeds limit of {} bytes.", encoding, limit),
            std::string(encoding),
            {}});
    }
    return std::unexpected(
        ExpansionError{422, fmt::format("Failed decompressing payload with {} decoder.", encoding),
                       std::string(encoding), expanded.error().message});
}

}  // namespace

std::expected<SlabRef, ExpansionError> expand_body(SlabRef body, std::string_view encodings,
                                                   std::size_t limit) {
    if (std::ranges::count(encodings, ',') >= static_cast<std::ptrdiff_t>(max_encodings)) {
        return std::unexpected(ExpansionError{
            415, fmt::format("More than {} content encodings.", max_encodings), {}, {}});
    }
    for (;;) {
        const std::size_t comma = encodings.rfind(',');
        const std::string_view last =
            comma == std::string_view::npos ? encodings : encodings.substr(comma + 1);
        auto expanded = expand(body, trimmed(last), limit);
        if (!expanded || comma == std::string_view::npos) {
            return expanded;
        }
        body = std::move(*expanded);
        encodings = encodings.substr(0, comma);
    }
}

}  // namespace engine::sources::http_server
