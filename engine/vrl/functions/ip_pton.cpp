#include "engine/vrl/function.hpp"
#include "engine/vrl/network/ip_address.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    const auto address = parse_ip(call.bytes(0));
    return address ? call.text(address->view())
                   : call.fail("unable to parse IP address: {}", ip_syntax_error);
}

const Function ip_pton{
    .name = "ip_pton",
    .category = "IP",
    .summary = "The bytes of an IP address in network order.",
    .parameters = {required("value", kinds::bytes, "The address.")},
    .returns = kinds::bytes,
    .fallible = true,
    .examples = {{"IPv4", R"(encode_base16(ip_pton!("1.2.3.4")))", R"("01020304")"},
                 {"IPv6", R"(encode_base16(ip_pton!("::1")))",
                  R"("00000000000000000000000000000001")"},
                 {"No address", R"(ip_pton("x") ?? "none")", R"("none")"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(ip_pton);
}  // namespace engine::vrl
