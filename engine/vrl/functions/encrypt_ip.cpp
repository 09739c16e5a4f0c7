#include "engine/vrl/cryptography/ip_cipher.hpp"
#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    const auto address = parse_ip(call.bytes(0));
    if (!address) {
        return call.fail("unable to parse IP address: {}", ip_syntax_error);
    }
    const auto result = cipher_ip(*address, call.bytes(1), call.bytes(2), CipherDirection::Encrypt);
    return result ? call.text(result->to_string()) : call.fail(result.error());
}

const Function encrypt_ip{
    .name = "encrypt_ip",
    .category = "IP",
    .summary = "Encrypts an IP address; the result is one too.",
    .parameters = {required("ip", kinds::bytes, "The address."),
                   required("key", kinds::bytes, "16 bytes for `aes128`, 32 for `pfx`."),
                   required("mode", kinds::bytes,
                            "`aes128`, or `pfx`, which keeps common prefixes.")},
    .returns = kinds::bytes,
    .fallible = true,
    .examples = {{"AES", R"(encrypt_ip!("192.168.1.9", "0123456789abcdef", "aes128"))",
                  R"("242e:17d7:fecf:37f4:2f7:2525:7724:1f3e")"},
                 {"Prefixes are kept",
                  R"(encrypt_ip!("192.168.1.9", "0123456789abcdeffedcba9876543210", "pfx"))",
                  R"("176.8.145.204")"},
                 {"IPv6", R"(encrypt_ip!("::1", "0123456789abcdef", "aes128"))",
                  R"("1b0:4c38:1a66:e4e9:4590:d25f:b033:5aec")"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(encrypt_ip);
}  // namespace engine::vrl
