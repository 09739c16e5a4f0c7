#include <charconv>

#include "engine/vrl/function.hpp"
#include "engine/vrl/network/ip_address.hpp"

namespace engine::vrl {
namespace {

Value by_prefix(const IpAddress& address, std::string_view mask, Call& call) {
    const std::string_view digits = mask.substr(1);
    unsigned prefix = 0;
    const auto [stop, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), prefix);
    if (error != std::errc{} || stop != digits.data() + digits.size()) {
        return call.fail("{} is not a valid subnet", mask);
    }
    if (prefix > address.bits()) {
        return call.fail("subnet cannot be greater than {} for {} addresses", address.bits(),
                         address.is_v4() ? "ipv4" : "ipv6");
    }
    // In the reference a prefix of no bits keeps all of them.
    return call.text((prefix == 0 ? address : masked(address, prefix)).to_string());
}

Value run(Call& call) {
    auto address = parse_ip(call.bytes(0));
    if (!address) {
        return call.fail("unable to parse IP address: {}", ip_syntax_error);
    }
    if (call.bytes(1).starts_with('/')) {
        return by_prefix(*address, call.bytes(1), call);
    }
    const auto mask = parse_ip(call.bytes(1));
    if (!mask) {
        return call.fail("unable to parse mask: {}", ip_syntax_error);
    }
    if (mask->family != address->family) {
        return call.fail("attempting to mask an {} address with an {} mask",
                         address->is_v4() ? "ipv4" : "ipv6", mask->is_v4() ? "ipv4" : "ipv6");
    }
    for (std::size_t i = 0; i < address->size(); ++i) {
        address->bytes[i] = address->bytes[i] & mask->bytes[i];
    }
    return call.text(address->to_string());
}

const Function ip_subnet{
    .name = "ip_subnet",
    .category = "IP",
    .summary = "The address of the subnet that an address is in.",
    .parameters = {required("value", kinds::bytes, "The address."),
                   required("subnet", kinds::bytes, "`/` and a number of bits, or a mask.")},
    .returns = kinds::bytes,
    .fallible = true,
    .examples = {{"By bits", R"(ip_subnet!("10.1.2.3", "/8"))", R"("10.0.0.0")"},
                 {"By mask", R"(ip_subnet!("1.2.3.4", "255.255.0.0"))", R"("1.2.0.0")"},
                 {"IPv6", R"(ip_subnet!("2001:db8:f::1", "/33"))", R"("2001:db8::")"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(ip_subnet);
}  // namespace engine::vrl
