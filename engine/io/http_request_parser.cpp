#include "engine/io/http_request_parser.hpp"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <cstring>
#include <optional>

namespace engine::io {

namespace http = boost::beast::http;
using boost::beast::error_code;
using BeastView = boost::beast::string_view;

namespace {

/// Nobody reads them; nobody should be made to receive them.
constexpr std::size_t max_chunk_extensions = 4096;

std::string_view to_view(BeastView view) {
    return {view.data(), view.size()};
}

/// Beast's parser, storing views into the head that it is given and body bytes into a slab.
class BeastRequestParser final : public http::basic_parser<true> {
public:
    BeastRequestParser(HttpRequest* request, const RequestLimits& limits)
        : request_(request),
          max_headers_(limits.max_headers),
          max_body_bytes_(limits.max_body_bytes) {
        header_limit(static_cast<std::uint32_t>(limits.max_header_bytes));
        body_limit(boost::none);
        eager(false);
    }

    void start_body(SlabRef* body) { body_ = body; }

private:
    void on_request_impl(http::verb, BeastView method, BeastView target, int version,
                         error_code&) override {
        if (request_ == nullptr)
            return;
        request_->method = to_view(method);
        request_->target = to_view(target);
        request_->version = static_cast<unsigned>(version);
    }
    void on_response_impl(int, BeastView, int, error_code&) override {}

    void on_field_impl(http::field, BeastView name, BeastView value, error_code& error) override {
        if (request_ == nullptr || in_body_)
            return;  // a probe, or a trailer
        if (request_->headers.size() == max_headers_) {
            error = http::error::header_limit;
            return;
        }
        // A folded value is assembled outside the head. RFC 9112, 5.2: refuse it.
        if (!value.empty() && !within_head(value)) {
            error = http::error::bad_obs_fold;
            return;
        }
        request_->headers.push_back({to_view(name), value.empty() ? "" : to_view(value)});
    }
    bool within_head(BeastView value) const {
        const std::string_view head = request_->head.view();
        return std::less_equal<>{}(head.data(), value.data()) &&
               std::less<>{}(value.data(), head.data() + head.size());
    }

    void on_header_impl(error_code&) override { in_body_ = true; }
    void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
    std::size_t on_body_impl(BeastView body, error_code&) override { return body.size(); }
    void on_chunk_header_impl(std::uint64_t size, BeastView extensions,
                              error_code& error) override {
        if (extensions.size() > max_chunk_extensions)
            error = http::error::header_limit;
        else if (body_ != nullptr &&
                 size > max_body_bytes_ - std::min(max_body_bytes_, body_->size()))
            error = http::error::body_limit;
    }
    std::size_t on_chunk_body_impl(std::uint64_t, BeastView body, error_code&) override {
        if (body_ == nullptr || body.empty())
            return body.size();
        std::memcpy(body_->spare().data(), body.data(), body.size());
        body_->commit(body.size());
        return body.size();
    }
    void on_finish_impl(error_code&) override {}

    HttpRequest* request_;
    SlabRef* body_ = nullptr;
    std::size_t max_headers_;
    std::size_t max_body_bytes_;
    bool in_body_ = false;
};

/// Path and query of a target in origin form, absolute form or "*".
void split_target(HttpRequest& request) {
    std::string_view rest = request.target;
    if (!rest.starts_with('/')) {
        if (const auto scheme = rest.find("://"); scheme != std::string_view::npos) {
            rest.remove_prefix(scheme + 3);
            const auto end = rest.find_first_of("/?");
            rest = end == std::string_view::npos ? std::string_view("/") : rest.substr(end);
        }
    }
    const auto question = rest.find('?');
    request.path = rest.substr(0, question);
    request.query =
        question == std::string_view::npos ? std::string_view{} : rest.substr(question + 1);
    if (request.path.empty())
        request.path = "/";
}

constexpr std::size_t shortest_last_chunk = 5;

unsigned status_of(const error_code& error) {
    if (error == http::error::header_limit)
        return 431;
    if (error == http::error::body_limit)
        return 413;
    return 400;
}

}  // namespace

struct RequestParser::State {
    std::optional<BeastRequestParser> parser;
};

RequestParser::RequestParser(const RequestLimits& limits)
    : limits_(limits), state_(std::make_unique<State>()) {}
RequestParser::~RequestParser() = default;

void RequestParser::reset() {
    scanned_ = 0;
    checked_ = 0;
    head_size_ = 0;
    framing_ = BodyFraming::None;
    content_length_ = 0;
    expects_continue_ = false;
}

unsigned RequestParser::status_of_long_head(std::string_view input) const {
    const std::string_view allowed = input.substr(0, limits_.max_header_bytes);
    return allowed.find("\r\n") == std::string_view::npos ? 414 : 431;
}

ParseState RequestParser::fail(unsigned status) {
    error_status_ = status;
    keep_alive_ = false;
    return ParseState::Failed;
}

// A head is parsed once, when it is complete, out of its own slab: that makes the views stable and
// keeps a slow client from costing more than the search for the end.
ParseState RequestParser::parse_head(std::string_view input, HttpRequest& request) {
    const std::size_t from = scanned_ < 3 ? 0 : scanned_ - 3;
    const std::size_t end = input.find("\r\n\r\n", from);
    if (end == std::string_view::npos) {
        scanned_ = input.size();
        return check_incomplete(input);
    }
    head_size_ = end + 4;
    if (head_size_ > limits_.max_header_bytes)
        return fail(status_of_long_head(input));
    request.headers.clear();
    request.head = SlabRef::copy_of(input.substr(0, head_size_));
    auto& parser = state_->parser.emplace(&request, limits_);
    error_code error;
    const std::size_t used = parser.put({request.head.view().data(), request.head.size()}, error);
    if (error && error != http::error::need_more)
        return fail(status_of(error));
    if (!parser.is_header_done() || used != head_size_)
        return fail(400);
    split_target(request);
    return read_framing(request);
}

// Garbage is refused before it fills the header limit, yet not looked at again on every byte.
ParseState RequestParser::check_incomplete(std::string_view input) {
    if (input.size() >= limits_.max_header_bytes)
        return fail(status_of_long_head(input));
    if (input.empty() || input.size() < 2 * checked_)
        return ParseState::NeedMore;
    checked_ = input.size();
    BeastRequestParser probe(nullptr, limits_);
    error_code error;
    probe.put({input.data(), input.size()}, error);
    if (error && error != http::error::need_more)
        return fail(status_of(error));
    return ParseState::NeedMore;
}

ParseState RequestParser::read_framing(const HttpRequest& request) {
    BeastRequestParser& parser = *state_->parser;
    keep_alive_ = parser.keep_alive();
    const auto transfer_encoding = request.header("transfer-encoding");
    if (transfer_encoding) {
        // Beast has refused a second one and a content-length beside it. A coding that is not
        // exactly "chunked" would leave the body's end open to interpretation.
        if (request.version < 11)
            return fail(400);
        if (!same_header_name(*transfer_encoding, "chunked") || !parser.chunked())
            return fail(501);
        framing_ = BodyFraming::Chunked;
    } else if (const auto length = parser.content_length()) {
        if (*length > limits_.max_body_bytes)
            return fail(413);
        content_length_ = static_cast<std::size_t>(*length);
        framing_ = content_length_ == 0 ? BodyFraming::None : BodyFraming::Length;
    } else {
        framing_ = BodyFraming::None;
    }
    if (request.version >= 11 && framing_ != BodyFraming::None) {
        const auto expect = request.header("expect");
        expects_continue_ = expect && same_header_name(*expect, "100-continue");
    }
    return ParseState::Complete;
}

RequestParser::ChunkProgress RequestParser::parse_chunks(std::string_view input, SlabRef& body) {
    BeastRequestParser& parser = *state_->parser;
    parser.start_body(&body);
    std::size_t consumed = 0;
    // Beast 1.81 asserts five bytes when it looks at a last chunk again. Waiting for them is safe:
    // what follows within a valid body is never shorter than "0\r\n\r\n".
    while (!parser.is_done() && consumed < input.size()) {
        if (input[consumed] == '0' && input.size() - consumed < shortest_last_chunk)
            break;
        error_code error;
        const std::size_t used =
            parser.put({input.data() + consumed, input.size() - consumed}, error);
        consumed += used;
        if (error == http::error::need_more)
            break;
        if (error)
            return {fail(status_of(error)), consumed};
    }
    return {parser.is_done() ? ParseState::Complete : ParseState::NeedMore, consumed};
}

}  // namespace engine::io
