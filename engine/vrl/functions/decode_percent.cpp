#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

int digit(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    const char lower = static_cast<char>(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

Value run(Call& call) {
    const std::string_view text = call.bytes(0);
    if (text.find('%') == std::string_view::npos) {
        return call[0];
    }
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size()) {
            const int high = digit(text[i + 1]);
            const int low = digit(text[i + 2]);
            if (high >= 0 && low >= 0) {
                out += static_cast<char>(high << 4 | low);
                i += 2;
                continue;
            }
        }
        out += text[i];
    }
    std::string clean;
    return call.text(utf8_lossy(out, clean));
}

const Function decode_percent{
    .name = "decode_percent",
    .category = "Codec",
    .summary = "Replaces percent escapes by what they stand for; malformed ones stay.",
    .parameters = {required("value", kinds::bytes, "The text to decode.")},
    .returns = kinds::bytes,
    .examples = {{"Escapes", R"(decode_percent("foo%20bar%3F"))", R"("foo bar?")"},
                 {"UTF-8", R"(decode_percent("%E2%98%83"))", R"("☃")"},
                 {"Malformed escapes", R"(decode_percent("100%"))", R"("100%")"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(decode_percent);
}  // namespace engine::vrl
