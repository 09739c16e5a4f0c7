#include "engine/vrl/encoding/charset.hpp"
#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    const auto charset = charset_of(call.bytes(1));
    if (!charset) {
        return call.fail("Unknown charset: {}", call.bytes(1));
    }
    const auto text = charset_decoded(call.bytes(0), *charset);
    return text ? call.text(*text) : call.fail("Unknown charset: {}", call.bytes(1));
}

const Function decode_charset{
    .name = "decode_charset",
    .category = "Codec",
    .summary = "Turns text of another charset into UTF-8.",
    .parameters = {required("value", kinds::bytes, "The bytes to decode."),
                   required("from_charset", kinds::bytes,
                            "The charset's label, as web pages name it.")},
    .returns = kinds::bytes,
    .fallible = true,
    .examples = {{"Latin 1", R"(decode_charset!(decode_base16!("41e9"), "iso-8859-1"))", R"("Aé")"},
                 {"Korean", R"(decode_charset!(decode_base16!("b0a1"), "euc-kr"))", R"("가")"},
                 {"Unknown", R"(decode_charset("abc", "nope") ?? "none")", R"("none")"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(decode_charset);
}  // namespace engine::vrl
