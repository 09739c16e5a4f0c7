#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/io/proxy.hpp"

namespace engine::vrl {

/// A request that a program makes.
struct HttpExchange {
    std::string url;
    std::string method;
    std::vector<std::pair<std::string, std::string>> headers;
    std::string_view body;
    io::ProxyOptions proxy;
};

/// Sends it and waits: the answer's body, whatever the status. Follows up to ten redirections;
/// credentials do not go to another host. Takes ten seconds at most. The error is a sentence.
[[nodiscard]] std::expected<std::string, std::string> exchange_http(const HttpExchange& exchange);

}  // namespace engine::vrl
