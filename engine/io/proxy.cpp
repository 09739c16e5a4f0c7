#include "engine/io/proxy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include "engine/io/base64.hpp"
#include "engine/io/http_message.hpp"

namespace engine::io {

namespace ip = boost::asio::ip;

namespace {

bool network_contains(std::string_view network, std::string_view host) {
    boost::system::error_code error;
    const ip::address address = ip::make_address(host, error);
    if (error)
        return false;
    if (address.is_v4()) {
        const auto v4 = ip::make_network_v4(std::string(network), error);
        return !error &&
               (address.to_v4().to_uint() & v4.netmask().to_uint()) == v4.network().to_uint();
    }
    const auto v6 = ip::make_network_v6(std::string(network), error);
    if (error)
        return false;
    const ip::network_v6 of_host(address.to_v6(), v6.prefix_length());
    return of_host.canonical() == v6.canonical();
}

bool in_domain(std::string_view host, std::string_view domain) {
    if (domain.starts_with("*."))
        domain.remove_prefix(1);
    if (domain.starts_with('.'))
        domain.remove_prefix(1);
    if (domain.empty() || host.size() < domain.size())
        return false;
    const std::size_t rest = host.size() - domain.size();
    return same_header_name(host.substr(rest), domain) && (rest == 0 || host[rest - 1] == '.');
}

}  // namespace

Result<Proxy> parse_proxy(std::string_view url) {
    const auto parsed = boost::urls::parse_uri(boost::core::string_view(url.data(), url.size()));
    if (!parsed || parsed->host_address().empty())
        return failure(
            fmt::format("`{}` is not the URL of a proxy: expected for example "
                        "`http://proxy:3128`",
                        url));
    if (parsed->scheme() != "http")
        return failure(
            fmt::format("the proxy `{}` must be reached over `http://`: other schemes "
                        "are not supported",
                        url));
    Proxy proxy;
    proxy.host = parsed->host_address();
    if (parsed->has_port() && parsed->port_number() != 0)
        proxy.port = parsed->port_number();
    if (parsed->has_userinfo())
        proxy.authorization = "Basic " + base64(parsed->user() + ":" + parsed->password());
    return proxy;
}

bool bypasses_proxy(const std::vector<std::string>& no_proxy, std::string_view host) {
    return std::ranges::any_of(no_proxy, [host](std::string_view entry) {
        if (entry == "*")
            return true;
        if (entry.find('/') != std::string_view::npos)
            return network_contains(entry, host);
        return in_domain(host, entry);
    });
}

}  // namespace engine::io
