#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/diagnostic/error.hpp"

namespace engine::io {

/// The `proxy` table of a component: proxies by the scheme of the request, as URLs
/// ("http://user:password@proxy:3128"), and hosts that are reached directly.
struct ProxyOptions {
    bool enabled = true;
    std::string http;
    std::string https;
    std::vector<std::string> no_proxy;
};

/// A proxy to connect to, over plain HTTP.
struct Proxy {
    std::string host;
    std::uint16_t port = 80;
    /// The value of Proxy-Authorization; empty when the URL holds no user.
    std::string authorization;
};

/// Reads a proxy's URL.
[[nodiscard]] Result<Proxy> parse_proxy(std::string_view url);

/// True when `no_proxy` names the host: "*", a domain with its subdomains ("example.com",
/// ".example.com"), an IP address or a network ("10.0.0.0/8").
[[nodiscard]] bool bypasses_proxy(const std::vector<std::string>& no_proxy, std::string_view host);

}  // namespace engine::io
