#include "engine/vrl/function.hpp"
#include "engine/vrl/network/ip_address.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    const auto address = parse_ipv4(call.bytes(0));
    if (!address) {
        return call.fail("unable to parse IPv4 address: invalid IPv4 address syntax");
    }
    const auto& bytes = address->bytes;
    return Value::integer(std::int64_t{bytes[0]} << 24 | bytes[1] << 16 | bytes[2] << 8 | bytes[3]);
}

const Function ip_aton{
    .name = "ip_aton",
    .category = "IP",
    .summary = "The number of an IPv4 address.",
    .parameters = {required("value", kinds::bytes, "The address.")},
    .returns = kinds::integer,
    .fallible = true,
    .examples = {{"An address", R"(ip_aton!("1.2.3.4"))", "16909060"},
                 {"The last one", R"(ip_aton!("255.255.255.255"))", "4294967295"},
                 {"IPv6 has none", R"(ip_aton("::1") ?? -1)", "-1"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(ip_aton);
}  // namespace engine::vrl
