#include "engine/vrl/encoding/base16.hpp"
#include "engine/vrl/encoding/base64.hpp"
#include "engine/vrl/encoding/charset.hpp"
#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

/// The Q encoding (RFC 2047, section 4.2); malformed escapes stay.
std::string q_decoded(std::string_view text, Arena& arena) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '=' && i + 2 < text.size()) {
            if (const auto byte = base16_decoded(text.substr(i + 1, 2), arena)) {
                out += *byte;
                i += 2;
                continue;
            }
        }
        out += text[i] == '_' ? ' ' : text[i];
    }
    return out;
}

/// `=?charset?encoding?text?=` at the start of a text.
struct EncodedWord {
    std::string_view charset;
    std::string_view encoding;
    std::string_view text;
    std::size_t size;
};

std::optional<EncodedWord> encoded_word(std::string_view text) {
    const std::size_t first = text.find('?', 2);
    if (!text.starts_with("=?") || first == std::string_view::npos) {
        return std::nullopt;
    }
    const std::size_t second = text.find('?', first + 1);
    const std::size_t end = second == std::string_view::npos ? second : text.find("?=", second + 1);
    if (end == std::string_view::npos) {
        return std::nullopt;
    }
    return EncodedWord{text.substr(2, first - 2), text.substr(first + 1, second - first - 1),
                       text.substr(second + 1, end - second - 1), end + 2};
}

/// Appends the word's text; otherwise the failure.
std::optional<Value> append_decoded(const EncodedWord& word, std::string& out, Call& call) {
    std::string bytes;
    if (word.encoding == "Q" || word.encoding == "q") {
        bytes = q_decoded(word.text, call.arena());
    } else if (word.encoding == "B" || word.encoding == "b") {
        const auto decoded = base64_decoded(word.text, Base64Alphabet::Standard, call.arena());
        if (!decoded) {
            return call.fail("Unable to decode base64 value");
        }
        bytes = *decoded;
    } else {
        return call.fail("Invalid encoding: \"{}\"", word.encoding);
    }
    const auto charset = charset_of(word.charset);
    const auto text = charset ? charset_decoded(bytes, *charset) : std::nullopt;
    if (!text) {
        return call.fail("Unable to decode \"{}\" value", word.charset);
    }
    out += *text;
    return std::nullopt;
}

Value run(Call& call) {
    std::string_view rest = call.bytes(0);
    std::string out;
    while (!rest.empty()) {
        const std::size_t begin = std::min(rest.find("=?"), rest.size());
        out += rest.substr(0, begin);
        rest.remove_prefix(begin);
        if (rest.empty()) {
            break;
        }
        const auto word = encoded_word(rest);
        if (!word) {
            out += rest;
            break;
        }
        if (const auto failure = append_decoded(*word, out, call)) {
            return *failure;
        }
        rest.remove_prefix(word->size);
    }
    return call.text(out);
}

const Function decode_mime_q{
    .name = "decode_mime_q",
    .category = "Codec",
    .summary = "Decodes the encoded words of mail headers (RFC 2047) within a text.",
    .parameters = {required("value", kinds::bytes, "The text.")},
    .returns = kinds::bytes,
    .fallible = true,
    .examples = {{"A word", R"(decode_mime_q!("=?utf-8?Q?a=C3=A9_b?="))", R"("aé b")"},
                 {"Base64", R"(decode_mime_q!("=?utf-8?B?w6k=?="))", R"("é")"},
                 {"Among other text", R"(decode_mime_q!("a =?utf-8?Q?b?= c"))", R"("a b c")"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(decode_mime_q);
}  // namespace engine::vrl
