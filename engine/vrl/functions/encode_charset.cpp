#include "engine/vrl/encoding/charset.hpp"
#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    const auto charset = charset_of(call.bytes(1));
    if (!charset) {
        return call.fail("Unknown charset: {}", call.bytes(1));
    }
    const auto bytes = charset_encoded(call.bytes(0), *charset);
    return bytes ? call.text(*bytes) : call.fail("Unknown charset: {}", call.bytes(1));
}

const Function encode_charset{
    .name = "encode_charset",
    .category = "Codec",
    .summary = "Turns UTF-8 into another charset; characters that it lacks become `&#…;`.",
    .parameters = {required("value", kinds::bytes, "The text to encode."),
                   required("to_charset", kinds::bytes,
                            "The charset's label, as web pages name it.")},
    .returns = kinds::bytes,
    .fallible = true,
    .examples = {{"Latin 1", R"(encode_base16(encode_charset!("Aé", "iso-8859-1")))", R"("41e9")"},
                 {"A character it lacks", R"(encode_charset!("日", "iso-8859-1"))",
                  R"("&#26085;")"},
                 {"Unknown", R"(encode_charset("abc", "nope") ?? "none")", R"("none")"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(encode_charset);
}  // namespace engine::vrl
