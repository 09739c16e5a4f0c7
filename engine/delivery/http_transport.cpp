#include "engine/delivery/http_transport.hpp"

#include <fmt/format.h>

#include <chrono>

#include "engine/io/http_message.hpp"

namespace engine::delivery {

HttpTransport::HttpTransport(io::Worker& worker, io::HttpClientOptions options)
    : client_(worker, std::move(options)) {}

io::Task<Attempt> HttpTransport::send(const Request& request) {
    // Copied: a later attempt sends it again.
    auto answer = co_await client_.send(static_cast<const HttpRequest&>(request).message);
    if (!answer) {
        const auto kind = answer.error().kind == io::ClientErrorKind::Timeout
                              ? Attempt::Kind::TimedOut
                              : Attempt::Kind::Failed;
        co_return Attempt{.kind = kind, .error = std::move(answer.error().message)};
    }
    Attempt attempt{.status = answer->status};
    if (!attempt.succeeded()) {
        if (const auto retry_after = answer->header("retry-after")) {
            attempt.retry_after = parse_retry_after(*retry_after, std::chrono::system_clock::now());
        }
    }
    co_return attempt;
}

io::Task<Result<void>> check_health(io::HttpClient& client, io::ClientRequest request) {
    auto answer = co_await client.send(std::move(request));
    if (!answer) {
        co_return failure("Failed to make HTTP(S) request: " + answer.error().message);
    }
    if (answer->status < 200 || answer->status > 299) {
        co_return failure(fmt::format("Unexpected status: {} {}", answer->status,
                                      io::status_phrase(answer->status)));
    }
    co_return Result<void>{};
}

}  // namespace engine::delivery
