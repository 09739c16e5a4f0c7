#include "engine/vrl/cryptography/cipher_call.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    return ciphered(call, CipherDirection::Encrypt);
}

const Function encrypt{
    .name = "encrypt",
    .category = "Cryptography",
    .summary = "Encrypts bytes with a symmetric cipher.",
    .parameters = {required("plaintext", kinds::bytes, "The bytes to encrypt."), cipher_parameter(),
                   required("key", kinds::bytes,
                            "The key, as raw bytes: as many as the cipher's name says in bits."),
                   required("iv", kinds::bytes,
                            "The initialization vector (16 bytes for AES, 12 or 24 for Poly1305): "
                            "a new one for each text.")},
    .returns = kinds::bytes,
    .fallible = true,
    .examples =
        {{"In counter mode",
          R"(encode_base16(encrypt!("hello", "AES-128-CTR-BE", "0123456789abcdef", "fedcba9876543210")))",
          R"("632eba1d99")"},
         {"With a tag",
          R"(encode_base16(encrypt!("", "CHACHA20-POLY1305", "0123456789abcdef0123456789abcdef", "abcdefghijkl")))",
          R"("104468a8b21e5b4eb3b5183411be76b1")"},
         {"The key's size matters",
          R"(encrypt("hello", "AES-256-CFB", "short", "fedcba9876543210") ?? "no")", R"("no")"}},
    .prepare = prepare_cipher,
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(encrypt);
}  // namespace engine::vrl
