#include "engine/vrl/network/dns_query.hpp"

#include <absl/strings/match.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <cstring>
#include <fstream>
#include <span>
#include <system_error>

namespace engine::vrl {
namespace {

using Bytes = std::vector<std::uint8_t>;
using Answer = std::expected<Bytes, std::string>;
using Clock = std::chrono::steady_clock;

constexpr std::size_t header_size = 12;
constexpr std::size_t most_servers = 8;
constexpr std::size_t longest_message = 65535;

struct Named {
    std::string_view name;
    std::uint16_t number;
};
/// IANA's registry, without what is obsolete.
constexpr std::array types = {
    Named{"A", 1},        Named{"NS", 2},          Named{"CNAME", 5},  Named{"SOA", 6},
    Named{"MB", 7},       Named{"MG", 8},          Named{"MR", 9},     Named{"NULL", 10},
    Named{"WKS", 11},     Named{"PTR", 12},        Named{"HINFO", 13}, Named{"MINFO", 14},
    Named{"MX", 15},      Named{"TXT", 16},        Named{"RP", 17},    Named{"AFSDB", 18},
    Named{"SIG", 24},     Named{"KEY", 25},        Named{"AAAA", 28},  Named{"LOC", 29},
    Named{"SRV", 33},     Named{"NAPTR", 35},      Named{"KX", 36},    Named{"CERT", 37},
    Named{"DNAME", 39},   Named{"OPT", 41},        Named{"APL", 42},   Named{"DS", 43},
    Named{"SSHFP", 44},   Named{"IPSECKEY", 45},   Named{"RRSIG", 46}, Named{"NSEC", 47},
    Named{"DNSKEY", 48},  Named{"DHCID", 49},      Named{"NSEC3", 50}, Named{"NSEC3PARAM", 51},
    Named{"TLSA", 52},    Named{"SMIMEA", 53},     Named{"HIP", 55},   Named{"CDS", 59},
    Named{"CDNSKEY", 60}, Named{"OPENPGPKEY", 61}, Named{"CSYNC", 62}, Named{"ZONEMD", 63},
    Named{"SVCB", 64},    Named{"HTTPS", 65},      Named{"SPF", 99},   Named{"TSIG", 250},
    Named{"IXFR", 251},   Named{"AXFR", 252},      Named{"ANY", 255},  Named{"URI", 256},
    Named{"CAA", 257}};
constexpr std::array classes = {Named{"IN", 1}, Named{"CH", 3}, Named{"HS", 4}, Named{"NONE", 254},
                                Named{"ANY", 255}};

bool is_same(std::string_view left, std::string_view right) {
    return absl::EqualsIgnoreCase({left.data(), left.size()}, {right.data(), right.size()});
}

std::optional<std::uint16_t> find_number(std::span<const Named> known, std::string_view prefix,
                                         std::string_view name) {
    const auto found =
        std::ranges::find_if(known, [&](const Named& entry) { return is_same(entry.name, name); });
    if (found != known.end()) {
        return found->number;
    }
    if (name.size() <= prefix.size() || !is_same(name.substr(0, prefix.size()), prefix)) {
        return std::nullopt;
    }
    std::uint16_t number = 0;
    const auto [end, error] =
        std::from_chars(name.data() + prefix.size(), name.data() + name.size(), number);
    return error == std::errc() && end == name.data() + name.size() ? std::optional(number)
                                                                    : std::nullopt;
}

std::string name_of(std::span<const Named> known, std::string_view prefix, std::uint16_t number) {
    const auto found = std::ranges::find(known, number, &Named::number);
    return found != known.end() ? std::string(found->name)
                                : std::string(prefix) + std::to_string(number);
}

/// A socket that closes itself.
class Socket {
public:
    Socket(int family, int type)
        : handle_(socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {}
    ~Socket() {
        if (handle_ >= 0) {
            close(handle_);
        }
    }
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    [[nodiscard]] int handle() const { return handle_; }

    /// False at the deadline.
    [[nodiscard]] bool wait(short events, Clock::time_point deadline) const {
        for (;;) {
            const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
            pollfd entry{handle_, events, 0};
            const int ready =
                left.count() <= 0 ? 0 : poll(&entry, 1, static_cast<int>(left.count()));
            if (ready >= 0 || errno != EINTR) {
                return ready > 0;
            }
        }
    }

private:
    int handle_;
};

std::string system_error() {
    return std::system_category().message(errno);
}

void put(Bytes& bytes, std::uint16_t number) {
    bytes.push_back(static_cast<std::uint8_t>(number >> 8U));
    bytes.push_back(static_cast<std::uint8_t>(number & 0xffU));
}

/// The query's message, with a random number.
std::expected<Bytes, std::string> make_query(const DnsResolver& resolver, std::string_view domain,
                                             std::uint16_t type, std::uint16_t number) {
    std::uint16_t id = 0;
    if (getrandom(&id, sizeof(id), 0) != sizeof(id)) {
        return std::unexpected(system_error());
    }
    Bytes query;
    put(query, id);
    put(query, static_cast<std::uint16_t>((resolver.recurse ? 0x100U : 0U) |
                                          (resolver.only_authoritative ? 0x400U : 0U)));
    constexpr std::array<std::uint16_t, 4> section_sizes = {1, 0, 0, 0};
    for (const std::uint16_t size : section_sizes) {
        put(query, size);
    }
    domain.remove_suffix(domain.ends_with('.') ? 1 : 0);
    const std::size_t name_begin = query.size();
    while (!domain.empty()) {
        const std::string_view label = domain.substr(0, domain.find('.'));
        if (label.empty() || label.size() > 63) {
            return std::unexpected(label.empty() ? "empty label" : "long label");
        }
        query.push_back(static_cast<std::uint8_t>(label.size()));
        query.insert(query.end(), label.begin(), label.end());
        domain.remove_prefix(std::min(label.size() + 1, domain.size()));
        if (query.size() - name_begin > 254) {
            return std::unexpected("long domain name");
        }
    }
    query.push_back(0);
    put(query, type);
    put(query, number);
    return query;
}

/// Whether these bytes answer this query, of which case may differ.
bool answers(std::span<const std::uint8_t> message, const Bytes& query) {
    constexpr std::uint8_t is_response = 0x80;
    if (message.size() < query.size() || message[0] != query[0] || message[1] != query[1] ||
        (message[2] & is_response) == 0 || message[4] != 0 || message[5] != 1) {
        return false;
    }
    const auto text = [&](const std::uint8_t* bytes) {
        return std::string_view(reinterpret_cast<const char*>(bytes) + header_size,
                                query.size() - header_size);
    };
    return is_same(text(message.data()), text(query.data()));
}

const sockaddr* address_of(const DnsServer& server) {
    return reinterpret_cast<const sockaddr*>(&server.address);
}

Answer ask_udp(const DnsServer& server, const Bytes& query, Clock::time_point deadline) {
    const Socket socket(server.address.ss_family, SOCK_DGRAM);
    if (socket.handle() < 0 || connect(socket.handle(), address_of(server), server.size) != 0 ||
        send(socket.handle(), query.data(), query.size(), MSG_NOSIGNAL) < 0) {
        return std::unexpected(system_error());
    }
    Bytes answer(longest_message);
    while (socket.wait(POLLIN, deadline)) {
        const ssize_t size = recv(socket.handle(), answer.data(), answer.size(), 0);
        if (size < 0 && errno != EAGAIN && errno != EINTR) {
            return std::unexpected(system_error());
        }
        if (size > 0 && answers({answer.data(), static_cast<std::size_t>(size)}, query)) {
            answer.resize(static_cast<std::size_t>(size));
            return answer;
        }
    }
    return std::unexpected("timed out");
}

/// Reads or writes all bytes.
template <typename Transfer>
std::string transfer_all(const Socket& socket, short events, std::size_t size,
                         Clock::time_point deadline, Transfer transfer) {
    for (std::size_t done = 0; done < size;) {
        if (!socket.wait(events, deadline)) {
            return "timed out";
        }
        const ssize_t count = transfer(done);
        if (count == 0) {
            return "connection closed";
        }
        if (count < 0 && errno != EAGAIN && errno != EINTR) {
            return system_error();
        }
        done += count > 0 ? static_cast<std::size_t>(count) : 0;
    }
    return {};
}

Answer ask_tcp(const DnsServer& server, const Bytes& query, Clock::time_point deadline) {
    const Socket socket(server.address.ss_family, SOCK_STREAM);
    if (socket.handle() < 0 ||
        (connect(socket.handle(), address_of(server), server.size) != 0 && errno != EINPROGRESS)) {
        return std::unexpected(system_error());
    }
    Bytes out;
    put(out, static_cast<std::uint16_t>(query.size()));
    out.insert(out.end(), query.begin(), query.end());
    std::string error = transfer_all(socket, POLLOUT, out.size(), deadline, [&](std::size_t done) {
        return send(socket.handle(), out.data() + done, out.size() - done, MSG_NOSIGNAL);
    });
    Bytes in(2);
    const auto read_all = [&] {
        if (error.empty()) {
            error = transfer_all(socket, POLLIN, in.size(), deadline, [&](std::size_t done) {
                return recv(socket.handle(), in.data() + done, in.size() - done, 0);
            });
        }
    };
    read_all();
    if (error.empty()) {
        in.resize(static_cast<std::size_t>(in[0]) << 8U | in[1]);
        read_all();
    }
    if (error.empty() && !answers(in, query)) {
        error = "the answer is not to the query";
    }
    return error.empty() ? Answer(std::move(in)) : std::unexpected(error);
}

}  // namespace

std::optional<std::uint16_t> dns_type(std::string_view name) {
    return find_number(types, "TYPE", name);
}
std::optional<std::uint16_t> dns_class(std::string_view name) {
    return name == "*" ? std::optional<std::uint16_t>(255) : find_number(classes, "CLASS", name);
}
std::string dns_type_name(std::uint16_t type) {
    return name_of(types, "TYPE", type);
}
std::string dns_class_name(std::uint16_t number) {
    return name_of(classes, "CLASS", number);
}

std::optional<DnsServer> parse_dns_server(std::string_view text) {
    std::uint16_t port = 53;
    const bool has_brackets = text.starts_with('[');
    const std::size_t colon = text.rfind(':');
    const bool has_port =
        has_brackets ? colon != std::string_view::npos && colon > 0 && text[colon - 1] == ']'
                     : colon != std::string_view::npos && colon == text.find(':');
    if (has_port) {
        const char* end = text.data() + text.size();
        const auto [after, error] = std::from_chars(text.data() + colon + 1, end, port);
        if (error != std::errc() || after != end) {
            return std::nullopt;
        }
        text = text.substr(0, colon);
    }
    if (has_brackets) {
        if (!text.ends_with(']')) {
            return std::nullopt;
        }
        text = text.substr(1, text.size() - 2);
    }
    const std::string host(text);
    DnsServer server;
    sockaddr_in v4{};
    sockaddr_in6 v6{};
    if (inet_pton(AF_INET, host.c_str(), &v4.sin_addr) == 1) {
        v4.sin_family = AF_INET;
        v4.sin_port = htons(port);
        std::memcpy(&server.address, &v4, sizeof(v4));
        server.size = sizeof(v4);
    } else if (inet_pton(AF_INET6, host.c_str(), &v6.sin6_addr) == 1) {
        v6.sin6_family = AF_INET6;
        v6.sin6_port = htons(port);
        std::memcpy(&server.address, &v6, sizeof(v6));
        server.size = sizeof(v6);
    } else {
        return std::nullopt;
    }
    return server;
}

DnsResolver DnsResolver::of_system() {
    DnsResolver resolver;
    std::ifstream file("/etc/resolv.conf");
    for (std::string line; std::getline(file, line);) {
        constexpr std::string_view key = "nameserver";
        if (!line.starts_with(key) || resolver.servers.size() == most_servers) {
            continue;
        }
        std::string_view text = std::string_view(line).substr(key.size());
        text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
        text = text.substr(0, text.find_first_of(" \t#;%"));
        if (const auto server = parse_dns_server(text.find(':') == std::string_view::npos
                                                     ? std::string(text)
                                                     : "[" + std::string(text) + "]")) {
            resolver.servers.push_back(*server);
        }
    }
    if (resolver.servers.empty()) {
        resolver.servers.push_back(*parse_dns_server("127.0.0.1"));
    }
    return resolver;
}

Answer query_dns(const DnsResolver& resolver, std::string_view domain, std::uint16_t type,
                 std::uint16_t number) {
    const auto query = make_query(resolver, domain, type, number);
    if (!query) {
        return std::unexpected(query.error());
    }
    static std::atomic<std::size_t> rotation = 0;
    const std::size_t first = resolver.rotate ? rotation.fetch_add(1) : 0;
    constexpr std::uint8_t is_truncated = 0x02;
    std::string error = "no server";
    for (int attempt = 0; attempt < resolver.attempts; ++attempt) {
        for (std::size_t i = 0; i < resolver.servers.size(); ++i) {
            const DnsServer& server = resolver.servers[(first + i) % resolver.servers.size()];
            const auto deadline = Clock::now() + resolver.timeout;
            Answer answer = resolver.use_tcp ? ask_tcp(server, *query, deadline)
                                             : ask_udp(server, *query, deadline);
            if (answer && !resolver.use_tcp && ((*answer)[2] & is_truncated) != 0) {
                answer = ask_tcp(server, *query, deadline);
            }
            if (answer) {
                return answer;
            }
            error = answer.error();
        }
    }
    return std::unexpected(error);
}

}  // namespace engine::vrl
