#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

constexpr std::string_view algorithms[] = {"SHA1", "SHA-224", "SHA-256", "SHA-384", "SHA-512"};

const EVP_MD* algorithm_named(std::string_view name) {
    static constexpr const EVP_MD* (*functions[])() = {EVP_sha1, EVP_sha224, EVP_sha256, EVP_sha384,
                                                       EVP_sha512};
    const auto found = std::ranges::find_if(algorithms, [&](std::string_view known) {
        return std::ranges::equal(known, name, [](char left, char right) {
            return left == (right >= 'a' && right <= 'z' ? static_cast<char>(right - 32) : right);
        });
    });
    return found == std::end(algorithms) ? nullptr : functions[found - algorithms]();
}

Value run(Call& call) {
    const EVP_MD* const algorithm = algorithm_named(call.bytes(2));
    if (algorithm == nullptr) {
        return call.fail("Invalid algorithm: {}", call.bytes(2));
    }
    const std::string_view key = call.bytes(1);
    if (key.size() > std::numeric_limits<int>::max()) {
        return call.fail("the key is too long");
    }
    unsigned char code[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    const std::string_view text = call.bytes(0);
    HMAC(algorithm, key.data(), static_cast<int>(key.size()),
         reinterpret_cast<const unsigned char*>(text.data()), text.size(), code, &size);
    return call.text({reinterpret_cast<const char*>(code), size});
}

const Function hmac{
    .name = "hmac",
    .category = "Cryptography",
    .summary = "The keyed hash (HMAC, RFC 2104) of the text, as raw bytes.",
    .parameters = {required("value", kinds::bytes, "The text to hash."),
                   required("key", kinds::bytes, "The secret key."),
                   optional("algorithm", kinds::bytes, "The hash function; case does not matter.",
                            Value::bytes("SHA-256"))
                       .one_of({"SHA1", "SHA-224", "SHA-256", "SHA-384", "SHA-512"})},
    .returns = kinds::bytes,
    .may_fail =
        [](const CallTypes& types) {
            return !types.constant(2) || !types.constant(2)->is_bytes() ||
                   algorithm_named(types.constant(2)->as_bytes()) == nullptr;
        },
    .examples = {{"SHA-256", R"(encode_base16(hmac("a", "k")))",
                  R"("78da91511e675587f5b9df78bedebaf5560da2abb88162ee875dcdf744951d9e")"},
                 {"SHA1", R"(encode_base16(hmac("a", "k", algorithm: "SHA1")))",
                  R"("40e7d441cadb17b07f050341aa23a6820ed81c8b")"},
                 {"An unknown algorithm", R"(hmac!("a", "k", algorithm: "MD5"))",
                  R"(function call error for "hmac" at (0:33): Invalid algorithm: MD5)"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(hmac);
}  // namespace engine::vrl
