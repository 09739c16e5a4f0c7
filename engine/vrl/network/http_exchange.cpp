#include "engine/vrl/network/http_exchange.hpp"

#include <absl/strings/match.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/url.hpp>
#include <chrono>

#include "engine/io/base64.hpp"
#include "engine/io/blocking_http_client.hpp"
#include "engine/vrl/url/percent.hpp"
#include "engine/vrl/url/url.hpp"

namespace engine::vrl {
namespace {

using Clock = std::chrono::steady_clock;
using Headers = std::vector<std::pair<std::string, std::string>>;

constexpr std::chrono::milliseconds whole_timeout{10'000};
constexpr std::chrono::milliseconds connect_timeout{5'000};
constexpr int most_redirections = 10;

bool is_named(std::string_view left, std::string_view right) {
    return absl::EqualsIgnoreCase({left.data(), left.size()}, {right.data(), right.size()});
}

void erase_headers(Headers& headers, std::initializer_list<std::string_view> names) {
    std::erase_if(headers, [&](const auto& header) {
        return std::ranges::any_of(
            names, [&](std::string_view name) { return is_named(header.first, name); });
    });
}

bool is_http(const Url& url) {
    return (url.scheme == "http" || url.scheme == "https") && url.host && !url.host->empty();
}

io::ClientRequest request_for(const Url& url, const std::string& method, const Headers& headers,
                              std::string_view body, std::chrono::milliseconds timeout) {
    io::ClientRequest request;
    request.method = method;
    request.endpoint.scheme = url.scheme == "https" ? io::Scheme::Https : io::Scheme::Http;
    request.endpoint.host = *url.host;
    if (request.endpoint.host.starts_with('[')) {
        request.endpoint.host = url.host->substr(1, url.host->size() - 2);
    }
    request.endpoint.port = url.port.value_or(default_port(url.scheme).value_or(80));
    request.target =
        (url.path.empty() ? "/" : url.path) + (url.query.empty() ? "" : "?" + url.query);
    request.headers = headers;
    const auto has = [&](std::string_view name) {
        return std::ranges::any_of(
            headers, [&](const auto& header) { return is_named(header.first, name); });
    };
    if (!has("accept")) {
        request.headers.emplace_back("accept", "*/*");
    }
    if (!url.username.empty() && !has("authorization")) {
        const std::string user = percent_decode(url.username) + ":" + percent_decode(url.password);
        request.headers.emplace_back("authorization", "Basic " + io::base64(user));
    }
    if (!body.empty()) {
        request.body.push_back(body);
    }
    request.connect_timeout = std::min(connect_timeout, timeout);
    request.timeout = timeout;
    return request;
}

/// Where the answer sends to; none when it does not.
std::optional<std::string> redirection(const std::string& from,
                                       const io::ClientResponse& response) {
    constexpr std::array<unsigned, 5> statuses = {301, 302, 303, 307, 308};
    const auto location = response.header("location");
    const auto base = boost::urls::parse_uri(from);
    if (std::ranges::find(statuses, response.status) == statuses.end() || !location || !base) {
        return std::nullopt;
    }
    const auto reference = boost::urls::parse_uri_reference({location->data(), location->size()});
    boost::urls::url target;
    if (!reference || !boost::urls::resolve(*base, *reference, target)) {
        return std::nullopt;
    }
    return std::string(target.buffer());
}

}  // namespace

std::expected<std::string, std::string> exchange_http(const HttpExchange& exchange) {
    const auto deadline = Clock::now() + whole_timeout;
    std::string text = exchange.url;
    std::string method = exchange.method;
    std::string_view body = exchange.body;
    Headers headers = exchange.headers;
    for (int redirections = 0;; ++redirections) {
        const auto url = parse_absolute_url(text);
        if (!url || !is_http(*url)) {
            return std::unexpected("builder error");
        }
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
        const auto failed = [&](std::string_view why) {
            return std::unexpected(
                fmt::format("error sending request for url ({}): {}", text, why));
        };
        if (left.count() <= 0) {
            return failed("operation timed out");
        }
        if (redirections > most_redirections) {
            return failed("too many redirects");
        }
        auto response = io::BlockingHttpClient::instance().send(
            exchange.proxy, request_for(*url, method, headers, body, left));
        if (!response) {
            return failed(response.error().message);
        }
        if (response->body_truncated) {
            return failed("the response is longer than 16 MiB");
        }
        const auto next = redirection(text, *response);
        if (!next) {
            return std::move(response->body);
        }
        const bool keeps_method = response->status == 307 || response->status == 308;
        if (!keeps_method && method != "GET" && method != "HEAD") {
            method = "GET";
            body = {};
            erase_headers(headers, {"content-type", "content-encoding"});
        }
        const auto target = parse_absolute_url(*next);
        if (!target || target->host != url->host || target->port != url->port ||
            target->scheme != url->scheme) {
            erase_headers(headers, {"authorization", "cookie", "proxy-authorization", "host"});
        }
        text = *next;
    }
}

}  // namespace engine::vrl
