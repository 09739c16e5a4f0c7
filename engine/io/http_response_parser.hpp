#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/io/http_request_parser.hpp"

namespace engine::io {

/// An answer as a client got it. `body` holds at most as many bytes as were asked for.
struct ClientResponse {
    unsigned status = 0;
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
    bool body_truncated = false;

    /// The first header of that name, in any case.
    [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const;
};

/// Parses one answer, interim ones (1xx) skipped. Does no I/O.
class ResponseParser {
public:
    ResponseParser();
    ~ResponseParser();
    ResponseParser(const ResponseParser&) = delete;
    ResponseParser& operator=(const ResponseParser&) = delete;

    enum class Body { Expected, None };
    /// Starts on a new answer; None for the answer to HEAD (and to CONNECT).
    void start(ClientResponse* into, Body body, std::size_t max_body_bytes);

    struct Progress {
        ParseState state;
        std::size_t consumed;
    };
    /// What is not consumed is offered again, with more behind it.
    [[nodiscard]] Progress parse(std::string_view input);
    /// The connection has ended: Complete when that ends the answer.
    [[nodiscard]] ParseState end_of_stream();

    /// After Complete: whether the connection may carry another request.
    [[nodiscard]] bool keep_alive() const;
    [[nodiscard]] const std::string& error() const { return error_; }

private:
    struct State;
    std::unique_ptr<State> state_;
    std::string error_;
};

}  // namespace engine::io
