#include "engine/vrl/cryptography/cipher_call.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    return ciphered(call, CipherDirection::Decrypt);
}

const Function decrypt{
    .name = "decrypt",
    .category = "Cryptography",
    .summary = "Gives back what `encrypt` encrypted.",
    .parameters = {required("ciphertext", kinds::bytes, "The encrypted bytes."), cipher_parameter(),
                   required("key", kinds::bytes, "The key, as raw bytes."),
                   required("iv", kinds::bytes, "The initialization vector.")},
    .returns = kinds::bytes,
    .fallible = true,
    .examples =
        {{"In counter mode",
          R"(decrypt!(decode_base16!("632eba1d99"), "AES-128-CTR-BE", "0123456789abcdef", "fedcba9876543210"))",
          R"("hello")"},
         {"There and back",
          R"(decrypt!(encrypt!("abc", "AES-128-CBC-PKCS7", "0123456789abcdef", "fedcba9876543210"), "AES-128-CBC-PKCS7", "0123456789abcdef", "fedcba9876543210"))",
          R"("abc")"},
         {"A forged text",
          R"(decrypt("never encrypted by us", "XSALSA20-POLY1305", "0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba98") ?? "forged")",
          R"("forged")"}},
    .prepare = prepare_cipher,
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(decrypt);
}  // namespace engine::vrl
