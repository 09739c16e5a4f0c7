#include "engine/vrl/function.hpp"
#include "engine/vrl/network/ip_address.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    return Value::boolean(parse_ipv6(call.bytes(0)).has_value());
}

const Function is_ipv6{
    .name = "is_ipv6",
    .category = "IP",
    .summary = "Whether the text is an IPv6 address.",
    .parameters = {required("value", kinds::bytes, "The text.")},
    .returns = kinds::boolean,
    .examples = {{"It is", R"(is_ipv6("2001:db8::ff"))", "true"},
                 {"With a zone", R"(is_ipv6("fe80::1%eth0"))", "false"},
                 {"IPv4", R"(is_ipv6("1.2.3.4"))", "false"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(is_ipv6);
}  // namespace engine::vrl
