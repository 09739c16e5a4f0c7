#include "engine/vrl/function.hpp"
#include "engine/vrl/network/ip_address.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    return Value::boolean(parse_ipv4(call.bytes(0)).has_value());
}

const Function is_ipv4{
    .name = "is_ipv4",
    .category = "IP",
    .summary = "Whether the text is an IPv4 address.",
    .parameters = {required("value", kinds::bytes, "The text.")},
    .returns = kinds::boolean,
    .examples = {{"It is", R"(is_ipv4("10.0.102.37"))", "true"},
                 {"Leading zeros", R"(is_ipv4("01.2.3.4"))", "false"},
                 {"IPv6", R"(is_ipv4("::1"))", "false"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(is_ipv4);
}  // namespace engine::vrl
