#include "engine/vrl/function.hpp"
#include "engine/vrl/network/ip_address.hpp"

namespace engine::vrl {
namespace {

/// Networks that are known when compiling.
using Networks = std::vector<IpNetwork>;

std::optional<CompileError> add(const Value& item, Networks& networks) {
    if (!item.is_bytes()) {
        return CompileError::invalid_argument("ip_cidr_contains", "\"cidr\" must be string", item);
    }
    const auto network = parse_ip_network(item.as_bytes());
    if (!network) {
        return CompileError::invalid_argument("ip_cidr_contains", "\"cidr\" must be valid cidr",
                                              item);
    }
    networks.push_back(*network);
    return std::nullopt;
}

Prepared prepare(Preparation& call) {
    const auto& argument = call.constant(0);
    if (!argument || (!argument->is_bytes() && !argument->is_array())) {
        return nullptr;
    }
    auto networks = std::make_shared<Networks>();
    const std::span<const Value> items =
        argument->is_array() ? argument->as_array().view() : std::span(&*argument, 1);
    for (const Value& item : items) {
        if (auto error = add(item, *networks)) {
            return std::unexpected(std::move(*error));
        }
    }
    return networks;
}

Value run(Call& call) {
    const auto address = parse_ip(call.bytes(1));
    if (!address) {
        return call.fail("unable to parse IP address: {}", ip_syntax_error);
    }
    if (const auto* const networks = call.state<Networks>()) {
        return Value::boolean(std::ranges::any_of(
            *networks, [&](const IpNetwork& network) { return network.contains(*address); }));
    }
    const std::span<const Value> items =
        call[0].is_array() ? call.items(0) : std::span(&call[0], 1);
    for (const Value& item : items) {
        if (!item.is_bytes()) {
            return call.wrong_kind(kinds::bytes, item);
        }
        const auto network = parse_ip_network(item.as_bytes());
        if (!network) {
            return call.fail("unable to parse CIDR: {}", network.error());
        }
        if (network->contains(*address)) {
            return Value::boolean(true);
        }
    }
    return Value::boolean(false);
}

const Function ip_cidr_contains{
    .name = "ip_cidr_contains",
    .category = "IP",
    .summary = "Whether the address is in the network, or in one of several.",
    .parameters = {required("cidr", kinds::bytes | kinds::array, "The networks, as `10.0.0.0/8`."),
                   required("value", kinds::bytes, "The address.")},
    .returns = kinds::boolean,
    .fallible = true,
    .examples = {{"It is", R"(ip_cidr_contains!("10.0.0.0/8", "10.255.1.1"))", "true"},
                 {"It is not", R"(ip_cidr_contains!("2001:db8::/32", "10.0.0.1"))", "false"},
                 {"Several networks",
                  R"(ip_cidr_contains!(["10.0.0.0/8", "192.168.0.0/16"], "192.168.9.9"))", "true"}},
    .prepare = prepare,
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(ip_cidr_contains);
}  // namespace engine::vrl
