#include "engine/vrl/function.hpp"
#include "engine/vrl/network/ip_address.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    const auto address = parse_ip(call.bytes(0));
    return address ? call.text(address->as_v6().to_string())
                   : call.fail("unable to parse IP address: {}", ip_syntax_error);
}

const Function ip_to_ipv6{
    .name = "ip_to_ipv6",
    .category = "IP",
    .summary = "The address as IPv6; IPv4 becomes `::ffff:…`.",
    .parameters = {required("value", kinds::bytes, "The address.")},
    .returns = kinds::bytes,
    .fallible = true,
    .examples = {{"IPv4", R"(ip_to_ipv6!("1.2.3.4"))", R"("::ffff:1.2.3.4")"},
                 {"IPv6", R"(ip_to_ipv6!("2001:DB8::00FF"))", R"("2001:db8::ff")"},
                 {"No address", R"(ip_to_ipv6("x") ?? "none")", R"("none")"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(ip_to_ipv6);
}  // namespace engine::vrl
