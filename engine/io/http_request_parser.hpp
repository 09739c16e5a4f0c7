#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "engine/io/http_message.hpp"

namespace engine::io {

/// What a request may cost.
struct RequestLimits {
    /// Of a head; a request line that alone is longer is 414, other heads are 431.
    std::size_t max_header_bytes = std::size_t{64} << 10;
    /// Header lines; more are 431.
    std::size_t max_headers = 1'000;
    std::size_t max_body_bytes = std::size_t{100} << 20;
};

enum class ParseState { NeedMore, Complete, Failed };

/// How the end of a request's body is known.
enum class BodyFraming { None, Length, Chunked };

/// Parses requests one after the other out of a connection's buffer; does no I/O and keeps no
/// reference to the buffer. After Failed, `error_status` is the answer and nothing more is parsed.
class RequestParser {
public:
    explicit RequestParser(const RequestLimits& limits);
    ~RequestParser();
    RequestParser(const RequestParser&) = delete;
    RequestParser& operator=(const RequestParser&) = delete;

    /// Parses a head at the front of `input`, which holds all bytes received of this request so
    /// far. Complete: `request` is filled except for body and origin, `head_size` bytes are used.
    [[nodiscard]] ParseState parse_head(std::string_view input, HttpRequest& request);

    [[nodiscard]] std::size_t head_size() const { return head_size_; }
    [[nodiscard]] BodyFraming framing() const { return framing_; }
    /// With framing Length.
    [[nodiscard]] std::size_t content_length() const { return content_length_; }
    [[nodiscard]] bool keep_alive() const { return keep_alive_; }
    [[nodiscard]] bool expects_continue() const { return expects_continue_; }
    [[nodiscard]] unsigned error_status() const { return error_status_; }

    struct ChunkProgress {
        ParseState state;
        std::size_t consumed;
    };
    /// Decodes chunks from `input` into the spare room of `body`, which has at least
    /// `input.size()` bytes of it.
    [[nodiscard]] ChunkProgress parse_chunks(std::string_view input, SlabRef& body);

    /// Forgets the request; the next `parse_head` starts another one.
    void reset();

private:
    struct State;

    [[nodiscard]] ParseState fail(unsigned status);
    [[nodiscard]] unsigned status_of_long_head(std::string_view input) const;
    [[nodiscard]] ParseState check_incomplete(std::string_view input);
    [[nodiscard]] ParseState read_framing(const HttpRequest& request);

    RequestLimits limits_;
    std::unique_ptr<State> state_;
    std::size_t scanned_ = 0;
    std::size_t checked_ = 0;
    std::size_t head_size_ = 0;
    BodyFraming framing_ = BodyFraming::None;
    std::size_t content_length_ = 0;
    bool keep_alive_ = false;
    bool expects_continue_ = false;
    unsigned error_status_ = 400;
};

}  // namespace engine::io
