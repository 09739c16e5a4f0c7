#include <openssl/evp.h>

#include "engine/vrl/cryptography/digest.hpp"
#include "engine/vrl/encoding/base16.hpp"
#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    return Value::bytes(base16(digest(EVP_md5(), call.bytes(0), call.arena()), call.arena()));
}

const Function md5{
    .name = "md5",
    .category = "Cryptography",
    .summary = "The MD5 hash of the text, as hexadecimal digits.",
    .parameters = {required("value", kinds::bytes, "The text to hash.")},
    .returns = kinds::bytes,
    .examples = {{"A text", R"(md5("foo"))", R"("acbd18db4cc2f85cedef654fccc4a4d8")"},
                 {"The empty text", R"(md5(""))", R"("d41d8cd98f00b204e9800998ecf8427e")"},
                 {"A letter", R"(md5("a"))", R"("0cc175b9c0f1b6a831c399e269772661")"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(md5);
}  // namespace engine::vrl
