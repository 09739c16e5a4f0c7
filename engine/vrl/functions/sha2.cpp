#include "engine/vrl/cryptography/digest.hpp"
#include "engine/vrl/encoding/base16.hpp"
#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    const DigestVariant* const variant = find_variant(sha2_variants(), call.bytes(1));
    return Value::bytes(
        base16(digest(variant->algorithm(), call.bytes(0), call.arena()), call.arena()));
}

const Function sha2{
    .name = "sha2",
    .category = "Cryptography",
    .summary = "The SHA-2 hash of the text, as hexadecimal digits.",
    .parameters = {required("value", kinds::bytes, "The text to hash."),
                   optional("variant", kinds::bytes, "Which function of the family.",
                            Value::bytes("SHA-512/256"))
                       .literal()
                       .one_of({"SHA-224", "SHA-256", "SHA-384", "SHA-512", "SHA-512/224",
                                "SHA-512/256"})},
    .returns = kinds::bytes,
    .examples = {{"The usual variant", R"(sha2("a"))",
                  R"("455e518824bc0601f9fb858ff5c37d417d67c2f8e0df2babe4808858aea830f8")"},
                 {"SHA-224", R"(sha2("a", variant: "SHA-224"))",
                  R"("abd37534c7d9a2efb9465de931cd7055ffdb8879563ae98078d6d6d5")"},
                 {"SHA-256", R"(sha2("", variant: "SHA-256"))",
                  R"("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(sha2);
}  // namespace engine::vrl
