#include "engine/vrl/function.hpp"
#include "engine/vrl/network/ip_address.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    const std::int64_t number = call.integer(0);
    if (number < 0 || number > 0xffff'ffff) {
        return call.fail("cannot convert to bytes: integer does not fit in u32");
    }
    IpAddress address;
    for (std::size_t i = 0; i < 4; ++i) {
        address.bytes[i] = static_cast<std::uint8_t>(number >> (24 - 8 * i));
    }
    return call.text(address.to_string());
}

const Function ip_ntoa{
    .name = "ip_ntoa",
    .category = "IP",
    .summary = "The IPv4 address of a number.",
    .parameters = {required("value", kinds::integer, "The number.")},
    .returns = kinds::bytes,
    .fallible = true,
    .examples = {{"A number", "ip_ntoa!(16909060)", R"("1.2.3.4")"},
                 {"Zero", "ip_ntoa!(0)", R"("0.0.0.0")"},
                 {"Too large", R"(ip_ntoa(4294967296) ?? "none")", R"("none")"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(ip_ntoa);
}  // namespace engine::vrl
