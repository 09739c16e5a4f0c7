#include "engine/io/http_response_parser.hpp"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <optional>

namespace engine::io {

namespace http = boost::beast::http;
using boost::beast::error_code;
using BeastView = boost::beast::string_view;

namespace {

constexpr std::uint32_t max_head_bytes = 64 << 10;
constexpr std::size_t shortest_last_chunk = 5;

/// Beast's parser, storing into a ClientResponse.
class BeastResponseParser final : public http::basic_parser<false> {
public:
    BeastResponseParser(ClientResponse* into, ResponseParser::Body body, std::size_t max_body_bytes)
        : response_(into), max_body_bytes_(max_body_bytes) {
        header_limit(max_head_bytes);
        body_limit(boost::none);
        eager(true);
        skip(body == ResponseParser::Body::None);
    }

private:
    void on_request_impl(http::verb, BeastView, BeastView, int, error_code&) override {}
    void on_response_impl(int code, BeastView, int, error_code&) override {
        response_->status = static_cast<unsigned>(code);
    }
    void on_field_impl(http::field, BeastView name, BeastView value, error_code&) override {
        if (!in_body_)
            response_->headers.emplace_back(std::string(name), std::string(value));
    }
    void on_header_impl(error_code&) override { in_body_ = true; }
    void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code&) override {
        if (length)
            response_->body.reserve(std::min(max_body_bytes_, static_cast<std::size_t>(*length)));
    }
    std::size_t on_body_impl(BeastView body, error_code&) override {
        const std::size_t kept = std::min(body.size(), max_body_bytes_ - response_->body.size());
        response_->body.append(body.data(), kept);
        response_->body_truncated |= kept < body.size();
        return body.size();
    }
    void on_chunk_header_impl(std::uint64_t, BeastView, error_code&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, BeastView body, error_code& error) override {
        return on_body_impl(body, error);
    }
    void on_finish_impl(error_code&) override {}

    ClientResponse* response_;
    std::size_t max_body_bytes_;
    bool in_body_ = false;
};

bool is_interim(unsigned status) {
    return status >= 100 && status < 200 && status != 101;
}

}  // namespace

std::optional<std::string_view> ClientResponse::header(std::string_view name) const {
    for (const auto& [key, value] : headers)
        if (same_header_name(key, name))
            return value;
    return std::nullopt;
}

struct ResponseParser::State {
    std::optional<BeastResponseParser> parser;
    ClientResponse* response = nullptr;
    Body body = Body::Expected;
    std::size_t max_body_bytes = 0;
};

ResponseParser::ResponseParser() : state_(std::make_unique<State>()) {}
ResponseParser::~ResponseParser() = default;

void ResponseParser::start(ClientResponse* into, Body body, std::size_t max_body_bytes) {
    state_->response = into;
    state_->body = body;
    state_->max_body_bytes = max_body_bytes;
    state_->parser.emplace(into, body, max_body_bytes);
}

ResponseParser::Progress ResponseParser::parse(std::string_view input) {
    std::size_t consumed = 0;
    while (consumed < input.size()) {
        // Beast 1.81 asserts five bytes when it looks at a last chunk again. Waiting for them is
        // safe: what follows within a valid body is never shorter than "0\r\n\r\n".
        const bool in_chunks = state_->parser->is_header_done() && state_->parser->chunked();
        if (in_chunks && input[consumed] == '0' && input.size() - consumed < shortest_last_chunk)
            break;
        error_code error;
        consumed += state_->parser->put({input.data() + consumed, input.size() - consumed}, error);
        if (error && error != http::error::need_more) {
            error_ = error.message();
            return {ParseState::Failed, consumed};
        }
        if (!state_->parser->is_done()) {
            if (error == http::error::need_more)
                break;
            continue;
        }
        if (!is_interim(state_->response->status))
            return {ParseState::Complete, consumed};
        *state_->response = {};
        start(state_->response, state_->body, state_->max_body_bytes);
    }
    return {ParseState::NeedMore, consumed};
}

ParseState ResponseParser::end_of_stream() {
    if (!state_->parser->got_some())
        return ParseState::Failed;
    error_code error;
    state_->parser->put_eof(error);
    if (error || !state_->parser->is_done()) {
        error_ = "the connection ended within the response";
        return ParseState::Failed;
    }
    return ParseState::Complete;
}

bool ResponseParser::keep_alive() const {
    return state_->parser->keep_alive();
}

}  // namespace engine::io
