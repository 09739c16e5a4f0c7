#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

/// Characters beside controls and bytes above 0x7e that a set escapes (WHATWG URL, section 1.3).
struct EscapeSet {
    std::string_view name;
    std::string_view characters;
};

constexpr std::string_view punctuation = " !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";
constexpr EscapeSet sets[] = {
    {"NON_ALPHANUMERIC", punctuation},
    {"CONTROLS", ""},
    {"FRAGMENT", " \"<>`"},
    {"QUERY", " \"#<>"},
    {"SPECIAL", " \"#<>'"},
    {"PATH", " \"#<>?`{}"},
    {"USERINFO", " \"#<>?`{}/:;=@[\\]^|"},
    {"COMPONENT", " \"#<>?`{}/:;=@[\\]^|$%&+,"},
    {"WWW_FORM_URLENCODED", " \"#<>?`{}/:;=@[\\]^|$%&+,!'()~"},
};

Value run(Call& call) {
    static constexpr char digits[] = "0123456789ABCDEF";
    const std::string_view text = call.bytes(0);
    const EscapeSet& set = *std::ranges::find(sets, call.bytes(1), &EscapeSet::name);
    char* const begin = call.arena().allocate_array<char>(text.size() * 3);
    char* out = begin;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 0x20 && byte < 0x7f && set.characters.find(c) == std::string_view::npos) {
            *out++ = c;
            continue;
        }
        *out++ = '%';
        *out++ = digits[byte >> 4];
        *out++ = digits[byte & 15];
    }
    return Value::bytes({begin, static_cast<std::size_t>(out - begin)});
}

const Function encode_percent{
    .name = "encode_percent",
    .category = "Codec",
    .summary = "Escapes characters for use in URLs.",
    .parameters = {required("value", kinds::bytes, "The text to escape."),
                   optional("ascii_set", kinds::bytes,
                            "Which ASCII characters to escape; others always are.",
                            Value::bytes("NON_ALPHANUMERIC"))
                       .literal()
                       .one_of({"NON_ALPHANUMERIC", "CONTROLS", "FRAGMENT", "QUERY", "SPECIAL",
                                "PATH", "USERINFO", "COMPONENT", "WWW_FORM_URLENCODED"})},
    .returns = kinds::bytes,
    .examples = {{"All but letters and digits", R"(encode_percent("a b?"))", R"("a%20b%3F")"},
                 {"A query", R"(encode_percent("a b?", ascii_set: "QUERY"))", R"("a%20b?")"},
                 {"Other letters", R"(encode_percent("é"))", R"("%C3%A9")"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(encode_percent);
}  // namespace engine::vrl
