#include "engine/io/blocking_http_client.hpp"

#include <future>
#include <map>
#include <utility>

#include "engine/io/runtime.hpp"

namespace engine::io {

namespace {

using Answer = std::expected<ClientResponse, ClientError>;
constexpr std::size_t most_response_bytes = std::size_t{16} << 20;

}  // namespace

/// `clients` are the thread's own.
struct BlockingHttpClient::State {
    explicit State(std::size_t max_bytes) : max_response_bytes(max_bytes) { runtime.start(); }

    HttpClient& client_for(const ProxyOptions& proxy) {
        std::unique_ptr<HttpClient>& client = clients[{proxy.http, proxy.https}];
        if (!client) {
            HttpClientOptions options;
            options.proxy = proxy;
            options.max_response_bytes = max_response_bytes;
            client = std::make_unique<HttpClient>(runtime.worker(0), std::move(options));
        }
        return *client;
    }

    Task<> exchange(ProxyOptions proxy, ClientRequest request, std::promise<Answer>* promise) {
        HttpClient& client = client_for(proxy);
        Answer answer = co_await client.send(std::move(request));
        promise->set_value(std::move(answer));
    }

    std::size_t max_response_bytes;
    Runtime runtime{1};
    std::map<std::pair<std::string, std::string>, std::unique_ptr<HttpClient>> clients;
};

BlockingHttpClient& BlockingHttpClient::instance() {
    static BlockingHttpClient client(most_response_bytes);
    return client;
}

BlockingHttpClient::BlockingHttpClient(std::size_t max_response_bytes)
    : state_(std::make_unique<State>(max_response_bytes)) {}

BlockingHttpClient::~BlockingHttpClient() {
    std::promise<void> closed;
    state_->runtime.worker(0).post([this, &closed] {
        state_->clients.clear();
        closed.set_value();
    });
    closed.get_future().wait();
    state_->runtime.stop();
}

std::expected<ClientResponse, ClientError> BlockingHttpClient::send(ProxyOptions proxy,
                                                                    ClientRequest request) {
    std::promise<Answer> promise;
    std::future<Answer> answer = promise.get_future();
    Task<> exchange = state_->exchange(std::move(proxy), std::move(request), &promise);
    state_->runtime.worker(0).spawn(std::move(exchange));
    return answer.get();
}

}  // namespace engine::io
