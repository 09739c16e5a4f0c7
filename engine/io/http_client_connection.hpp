#pragma once

#include <chrono>
#include <expected>
#include <memory>
#include <string>
#include <vector>

#include "engine/io/http_client.hpp"
#include "engine/io/stream.hpp"

namespace engine::io {

/// One connection of a client: exchanges one request after the other. Belongs to the client's
/// worker; `close` ends an exchange under way.
class HttpClientConnection {
public:
    HttpClientConnection(Stream stream, std::size_t max_response_bytes);

    /// How the target is written: as it is, or with scheme and host for a proxy.
    struct Addressing {
        bool absolute = false;
        std::string proxy_authorization;
    };
    [[nodiscard]] Task<std::expected<ClientResponse, ClientError>> exchange(
        const ClientRequest& request, const Addressing& addressing);

    /// True when bytes of the answer arrived in the last exchange.
    [[nodiscard]] bool received_any() const { return received_any_; }
    /// After a complete exchange: whether another may follow.
    [[nodiscard]] bool reusable() const { return reusable_; }
    [[nodiscard]] std::size_t requests() const { return requests_; }
    /// Looks at the socket whether the peer has closed it meanwhile.
    [[nodiscard]] bool looks_closed();
    void close() { stream_.close(); }
    /// The socket, to go on with in another way (a tunnel through a proxy).
    [[nodiscard]] Stream::Socket release() { return std::move(stream_.socket()); }

    void set_idle_since(std::chrono::steady_clock::time_point time) { idle_since_ = time; }
    [[nodiscard]] std::chrono::steady_clock::time_point idle_since() const { return idle_since_; }

private:
    void format_head(const ClientRequest& request, const Addressing& addressing);
    void append_headers(const ClientRequest& request, const Addressing& addressing);
    void gather(const ClientRequest& request);
    [[nodiscard]] Task<std::expected<ClientResponse, ClientError>> read_response(
        ResponseParser::Body body);

    Stream stream_;
    std::size_t max_response_bytes_;
    ResponseParser parser_;
    std::string head_;
    std::vector<boost::asio::const_buffer> buffers_;
    std::vector<char> input_;
    std::size_t requests_ = 0;
    std::chrono::steady_clock::time_point idle_since_;
    bool received_any_ = false;
    bool reusable_ = false;
};

}  // namespace engine::io
