#include <openssl/evp.h>

#include "engine/vrl/cryptography/digest.hpp"
#include "engine/vrl/encoding/base16.hpp"
#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    return Value::bytes(base16(digest(EVP_sha1(), call.bytes(0), call.arena()), call.arena()));
}

const Function sha1{
    .name = "sha1",
    .category = "Cryptography",
    .summary = "The SHA-1 hash of the text, as hexadecimal digits.",
    .parameters = {required("value", kinds::bytes, "The text to hash.")},
    .returns = kinds::bytes,
    .examples = {{"A text", R"(sha1("foo"))", R"("0beec7b5ea3f0fdbc95d0dd47f3c5bc275da8a33")"},
                 {"The empty text", R"(sha1(""))", R"("da39a3ee5e6b4b0d3255bfef95601890afd80709")"},
                 {"A letter", R"(sha1("a"))", R"("86f7e437faa5a7fce15d1ddcb9eaeaea377667b8")"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(sha1);
}  // namespace engine::vrl
