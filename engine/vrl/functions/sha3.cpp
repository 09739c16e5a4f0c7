#include "engine/vrl/cryptography/digest.hpp"
#include "engine/vrl/encoding/base16.hpp"
#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    const DigestVariant* const variant = find_variant(sha3_variants(), call.bytes(1));
    return Value::bytes(
        base16(digest(variant->algorithm(), call.bytes(0), call.arena()), call.arena()));
}

const Function sha3{
    .name = "sha3",
    .category = "Cryptography",
    .summary = "The SHA-3 hash of the text, as hexadecimal digits.",
    .parameters = {required("value", kinds::bytes, "The text to hash."),
                   optional("variant", kinds::bytes, "Which function of the family.",
                            Value::bytes("SHA3-512"))
                       .literal()
                       .one_of({"SHA3-224", "SHA3-256", "SHA3-384", "SHA3-512"})},
    .returns = kinds::bytes,
    .examples = {{"SHA3-224", R"(sha3("", variant: "SHA3-224"))",
                  R"("6b4e03423667dbb73b6e15454f0eb1abd4597f9a1b078e3f5b5a6bc7")"},
                 {"SHA3-256", R"(sha3("", variant: "SHA3-256"))",
                  R"("a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a")"},
                 {"The usual variant has 512 bits", R"(length(sha3("a")))", "128"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(sha3);
}  // namespace engine::vrl
