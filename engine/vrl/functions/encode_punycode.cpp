#include "engine/vrl/display.hpp"
#include "engine/vrl/function.hpp"
#include "engine/vrl/letter_case.hpp"
#include "engine/vrl/text/punycode.hpp"

namespace engine::vrl {
namespace {

/// Each label alone, whatever it holds.
Value unchecked(Call& call, std::string_view domain) {
    std::string out;
    for (std::size_t begin = 0; begin <= domain.size();) {
        const std::size_t end = std::min(domain.find('.', begin), domain.size());
        const Value lower = to_lower(domain.substr(begin, end - begin), call.arena());
        const std::string_view label = lower.as_bytes();
        if (std::ranges::all_of(label, [](char c) { return (c & 0x80) == 0; })) {
            out += label;
        } else if (const auto encoded = punycode(label)) {
            out += "xn--" + *encoded;
        } else {
            return call.fail("unable to encode to punycode");
        }
        out += end < domain.size() ? "." : "";
        begin = end + 1;
    }
    return call.text(out);
}

Value run(Call& call) {
    std::string clean;
    const std::string_view domain = utf8_lossy(call.bytes(0), clean);
    if (!call.boolean(1)) {
        return unchecked(call, domain);
    }
    const auto encoded = domain_to_ascii(domain);
    return encoded ? call.text(*encoded) : call.fail("unable to encode to punycode");
}

const Function encode_punycode{
    .name = "encode_punycode",
    .category = "Codec",
    .summary = "Writes an internationalized domain name in ASCII.",
    .parameters = {required("value", kinds::bytes, "The domain name."),
                   optional("validate", kinds::boolean,
                            "Whether invalid names are refused (UTS #46).", Value::boolean(true))},
    .returns = kinds::bytes,
    .fallible = true,
    .examples = {{"A name", R"(encode_punycode!("www.café.com"))", R"("www.xn--caf-dma.com")"},
                 {"Nothing to do", R"(encode_punycode!("example.com"))", R"("example.com")"},
                 {"Not checked", R"(encode_punycode!("xn--.com", validate: false))",
                  R"("xn--.com")"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(encode_punycode);
}  // namespace engine::vrl
