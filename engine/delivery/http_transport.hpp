#pragma once

#include "engine/delivery/request.hpp"
#include "engine/io/http_client.hpp"

namespace engine::delivery {

/// A request of a sink that speaks HTTP. What `message.body` points to belongs to the derived type.
struct HttpRequest : Request {
    io::ClientRequest message;
};

/// Sends HttpRequests with a client of the sink's worker. Redirects are not followed; bodies of
/// answers are discarded.
class HttpTransport final : public Transport {
public:
    HttpTransport(io::Worker& worker, io::HttpClientOptions options);

    io::Task<Attempt> send(const Request& request) override;
    void close() override { client_.close(); }
    [[nodiscard]] io::HttpClient& client() { return client_; }

private:
    io::HttpClient client_;
};

/// Sends a request that a healthy destination answers with a 2xx; the error says what came instead.
[[nodiscard]] io::Task<Result<void>> check_health(io::HttpClient& client,
                                                  io::ClientRequest request);

}  // namespace engine::delivery
