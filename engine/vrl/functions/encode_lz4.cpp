#include <lz4.h>

#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    const std::string_view bytes = call.bytes(0);
    if (bytes.size() > LZ4_MAX_INPUT_SIZE) {
        return call.fail("the value is too long for lz4");
    }
    const std::size_t prefix = call.boolean(1) ? 4 : 0;
    const int capacity = LZ4_compressBound(static_cast<int>(bytes.size()));
    std::string out(prefix + static_cast<std::size_t>(capacity), '\0');
    for (std::size_t i = 0; i < prefix; ++i) {
        out[i] = static_cast<char>(bytes.size() >> (8 * i) & 0xff);
    }
    const int size = LZ4_compress_default(bytes.data(), out.data() + prefix,
                                          static_cast<int>(bytes.size()), capacity);
    return call.text(std::string_view(out).substr(0, prefix + static_cast<std::size_t>(size)));
}

const Function encode_lz4{
    .name = "encode_lz4",
    .category = "Codec",
    .summary = "Compresses the bytes with LZ4, as one block.",
    .parameters = {required("value", kinds::bytes, "The bytes to compress."),
                   optional("prepend_size", kinds::boolean,
                            "Whether the number of bytes stands before the block.",
                            Value::boolean(true))},
    .returns = kinds::bytes,
    .fallible = true,
    .examples = {{"With the size", R"(encode_base16(encode_lz4!("abc")))", R"("0300000030616263")"},
                 {"Without", R"(encode_base16(encode_lz4!("abc", prepend_size: false)))",
                  R"("30616263")"},
                 {"There and back",
                  R"(decode_lz4!(encode_lz4!("abcabcabc"), prepended_size: true))",
                  R"("abcabcabc")"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(encode_lz4);
}  // namespace engine::vrl
