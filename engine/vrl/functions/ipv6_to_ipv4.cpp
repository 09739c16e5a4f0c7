#include "engine/vrl/function.hpp"
#include "engine/vrl/network/ip_address.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    const auto address = parse_ip(call.bytes(0));
    if (!address) {
        return call.fail("unable to parse IP address: {}", ip_syntax_error);
    }
    const IpAddress plain = address->unmapped();
    if (plain.is_v4()) {
        return call.text(plain.to_string());
    }
    const std::string_view bytes = plain.view();
    if (bytes.substr(0, 12).find_first_not_of('\0') != std::string_view::npos) {
        return call.fail("IPV6 address {} is not compatible with IPV4", plain.to_string());
    }
    return call.text(IpAddress::of_bytes(bytes.substr(12))->to_string());
}

const Function ipv6_to_ipv4{
    .name = "ipv6_to_ipv4",
    .category = "IP",
    .summary = "The IPv4 address within `::ffff:a.b.c.d` or `::a.b.c.d`.",
    .parameters = {required("value", kinds::bytes, "The address.")},
    .returns = kinds::bytes,
    .fallible = true,
    .examples = {{"Mapped", R"(ipv6_to_ipv4!("::ffff:1.2.3.4"))", R"("1.2.3.4")"},
                 {"IPv4 stays", R"(ipv6_to_ipv4!("1.2.3.4"))", R"("1.2.3.4")"},
                 {"None within", R"(ipv6_to_ipv4("2001:db8::1") ?? "none")", R"("none")"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(ipv6_to_ipv4);
}  // namespace engine::vrl
