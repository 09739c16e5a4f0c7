#pragma once

#include <expected>
#include <memory>

#include "engine/io/http_client.hpp"

namespace engine::io {

/// Sends HTTP requests for callers that wait for the answer. Has a thread of its own, which starts
/// with the first request; any thread but that one may send, any number at a time.
class BlockingHttpClient {
public:
    /// The one of this process.
    [[nodiscard]] static BlockingHttpClient& instance();
    explicit BlockingHttpClient(std::size_t max_response_bytes);
    ~BlockingHttpClient();
    BlockingHttpClient(const BlockingHttpClient&) = delete;
    BlockingHttpClient& operator=(const BlockingHttpClient&) = delete;

    /// Returns within the request's time-out. Connections are pooled by proxy and endpoint.
    [[nodiscard]] std::expected<ClientResponse, ClientError> send(ProxyOptions proxy,
                                                                  ClientRequest request);

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace engine::io
