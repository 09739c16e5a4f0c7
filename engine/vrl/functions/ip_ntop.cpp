#include "engine/vrl/function.hpp"
#include "engine/vrl/network/ip_address.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    const auto address = IpAddress::of_bytes(call.bytes(0));
    return address ? call.text(address->to_string())
                   : call.fail("\"value\" must be of length 4 or 16 bytes");
}

const Function ip_ntop{
    .name = "ip_ntop",
    .category = "IP",
    .summary = "The text of an IP address that is given as bytes in network order.",
    .parameters = {required("value", kinds::bytes, "Four bytes, or sixteen.")},
    .returns = kinds::bytes,
    .fallible = true,
    .examples = {{"IPv4", R"(ip_ntop!("abcd"))", R"("97.98.99.100")"},
                 {"IPv6", R"(ip_ntop!("0123456789abcdef"))",
                  R"("3031:3233:3435:3637:3839:6162:6364:6566")"},
                 {"Another length", R"(ip_ntop("abc") ?? "none")", R"("none")"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(ip_ntop);
}  // namespace engine::vrl
