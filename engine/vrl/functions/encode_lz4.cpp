#include <limits>

#include "engine/vrl/encoding/lz4_block_writer.hpp"
#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    const std::string_view bytes = call.bytes(0);
    if (bytes.size() > std::numeric_limits<std::int32_t>::max()) {
        return call.fail("the value is too long for lz4");
    }
    std::string out;
    for (std::size_t i = 0; call.boolean(1) && i < 4; ++i) {
        out += static_cast<char>(bytes.size() >> (8 * i) & 0xff);
    }
    append_lz4_block(bytes, out);
    return call.text(out);
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
