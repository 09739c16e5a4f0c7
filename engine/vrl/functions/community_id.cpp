#include <openssl/evp.h>

#include "engine/vrl/cryptography/digest.hpp"
#include "engine/vrl/encoding/base64.hpp"
#include "engine/vrl/function.hpp"
#include "engine/vrl/network/ip_address.hpp"

namespace engine::vrl {
namespace {

constexpr std::int64_t icmp = 1;
constexpr std::int64_t tcp = 6;
constexpr std::int64_t udp = 17;
constexpr std::int64_t icmp_v6 = 58;
constexpr std::int64_t sctp = 132;

/// One end of a flow.
struct Endpoint {
    IpAddress address;
    std::uint16_t port = 0;
    friend auto operator<=>(const Endpoint&, const Endpoint&) = default;
};

/// A message type and the one that answers it.
struct Exchange {
    std::uint16_t request;
    std::uint16_t reply;
};
constexpr Exchange icmp_exchanges[] = {{8, 0}, {13, 14}, {15, 16}, {10, 9}, {17, 18}};
constexpr Exchange icmp_v6_exchanges[] = {{128, 129}, {133, 134}, {135, 136},
                                          {130, 131}, {139, 140}, {144, 145}};

/// The type of the answer, where the message has one.
std::optional<std::uint16_t> counterpart(std::span<const Exchange> exchanges, std::uint16_t type) {
    for (const auto [request, reply] : exchanges) {
        if (type == request) {
            return reply;
        }
        if (type == reply) {
            return request;
        }
    }
    return std::nullopt;
}

void append_number(std::string& out, std::uint16_t number) {
    out += static_cast<char>(number >> 8);
    out += static_cast<char>(number & 0xff);
}

Value hash_flow(Endpoint source, Endpoint destination, std::int64_t protocol, bool is_one_way,
                bool has_ports, Call& call) {
    if (!is_one_way && destination < source) {
        std::swap(source, destination);
    }
    std::string flow;
    append_number(flow, call.given(5) ? static_cast<std::uint16_t>(call.integer(5)) : 0);
    flow += source.address.view();
    flow += destination.address.view();
    flow += static_cast<char>(protocol);
    flow += '\0';
    if (has_ports) {
        append_number(flow, source.port);
        append_number(flow, destination.port);
    }
    const std::string_view hash = digest(EVP_sha1(), flow, call.arena());
    std::string text = "1:";
    text += base64(hash, Base64Alphabet::Standard, Base64Padding::With, call.arena());
    return call.text(text);
}

struct Limit {
    std::string_view name;
    std::size_t index;
    std::int64_t most;
};
constexpr Limit limits[] = {{"protocol", 2, 255},
                            {"source_port", 3, 65535},
                            {"destination_port", 4, 65535},
                            {"seed", 5, 65535}};

std::string problem(const Limit& limit) {
    return fmt::format("\"{}\" must be between 0 and {}", limit.name, limit.most);
}

Prepared prepare(Preparation& call) {
    for (const Limit& limit : limits) {
        const auto& value = call.constant(limit.index);
        if (value && value->is_integer() &&
            (value->as_integer() < 0 || value->as_integer() > limit.most)) {
            return std::unexpected(
                CompileError::invalid_argument(limit.name, problem(limit), *value));
        }
    }
    return nullptr;
}

Value run(Call& call) {
    for (const Limit& limit : limits) {
        if (call.given(limit.index) &&
            (call.integer(limit.index) < 0 || call.integer(limit.index) > limit.most)) {
            return call.fail(problem(limit));
        }
    }
    const auto source = parse_ip(call.bytes(0));
    if (!source) {
        return call.fail("unable to parse source IP address: {}", ip_syntax_error);
    }
    const auto destination = parse_ip(call.bytes(1));
    if (!destination) {
        return call.fail("unable to parse destination IP address: {}", ip_syntax_error);
    }
    const std::int64_t protocol = call.integer(2);
    const bool has_ports = call.given(3) && call.given(4);
    Endpoint from{*source,
                  has_ports ? static_cast<std::uint16_t>(call.integer(3)) : std::uint16_t{0}};
    Endpoint to{*destination,
                has_ports ? static_cast<std::uint16_t>(call.integer(4)) : std::uint16_t{0}};
    if (source->family != destination->family) {
        return call.fail("src ip and dst ip should be same version!");
    }
    if (protocol == icmp_v6 && source->is_v4()) {
        return call.fail("icmpv6 can not over ipv4!");
    }
    const bool needs_ports = protocol == tcp || protocol == udp || protocol == sctp;
    if (needs_ports && !has_ports) {
        return call.fail("src port and dst port should be set when protocol is tcp/udp/sctp");
    }
    bool is_one_way = false;
    if (has_ports && (protocol == icmp || protocol == icmp_v6)) {
        const auto exchanges = protocol == icmp ? std::span<const Exchange>(icmp_exchanges)
                                                : std::span<const Exchange>(icmp_v6_exchanges);
        const auto answer = counterpart(exchanges, from.port);
        is_one_way = !answer;
        to.port = answer.value_or(to.port);
    }
    return hash_flow(from, to, protocol, is_one_way, has_ports, call);
}

const Function community_id{
    .name = "community_id",
    .category = "String",
    .summary = "The Community ID (version 1) of a network flow.",
    .parameters = {required("source_ip", kinds::bytes, "Where the flow comes from."),
                   required("destination_ip", kinds::bytes, "Where it goes to."),
                   required("protocol", kinds::integer, "The IP protocol's number."),
                   optional("source_port", kinds::integer, "Port, or ICMP type."),
                   optional("destination_port", kinds::integer, "Port, or ICMP code."),
                   optional("seed", kinds::integer, "Keeps ids of several sites apart.")},
    .returns = kinds::bytes,
    .fallible = true,
    .examples =
        {{"TCP",
          R"(community_id!(source_ip: "1.2.3.4", destination_ip: "5.6.7.8", protocol: 6, source_port: 1122, destination_port: 3344))",
          R"("1:wCb3OG7yAFWelaUydu0D+125CLM=")"},
         {"The answers have the same id",
          R"(community_id!(source_ip: "5.6.7.8", destination_ip: "1.2.3.4", protocol: 6, source_port: 3344, destination_port: 1122))",
          R"("1:wCb3OG7yAFWelaUydu0D+125CLM=")"},
         {"Without ports",
          R"(community_id!(source_ip: "1.2.3.4", destination_ip: "5.6.7.8", protocol: 47))",
          R"("1:+mluqz76jObh6dJLwnhX08n5St4=")"}},
    .prepare = prepare,
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(community_id);
}  // namespace engine::vrl
