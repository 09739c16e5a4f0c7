#include "engine/vrl/display.hpp"
#include "engine/vrl/function.hpp"
#include "engine/vrl/text/punycode.hpp"

namespace engine::vrl {
namespace {

/// Each label alone; those that are malformed stay.
Value unchecked(Call& call, std::string_view domain) {
    std::string out;
    for (std::size_t begin = 0; begin <= domain.size();) {
        const std::size_t end = std::min(domain.find('.', begin), domain.size());
        const std::string_view label = domain.substr(begin, end - begin);
        const auto decoded =
            label.starts_with("xn--") ? punycode_decoded(label.substr(4)) : std::nullopt;
        out += decoded ? std::string_view(*decoded) : label;
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
    const auto decoded = domain_to_unicode(domain);
    return decoded ? call.text(*decoded) : call.fail("unable to decode punycode");
}

const Function decode_punycode{
    .name = "decode_punycode",
    .category = "Codec",
    .summary = "Reads an internationalized domain name that is written in ASCII.",
    .parameters = {required("value", kinds::bytes, "The domain name."),
                   optional("validate", kinds::boolean,
                            "Whether invalid names are refused (UTS #46).", Value::boolean(true))},
    .returns = kinds::bytes,
    .fallible = true,
    .examples = {{"A name", R"(decode_punycode!("www.xn--caf-dma.com"))", R"("www.café.com")"},
                 {"Nothing to do", R"(decode_punycode!("example.com"))", R"("example.com")"},
                 {"Not checked", R"(decode_punycode!("xn--8hbb.gr", validate: false))",
                  R"("١٠.gr")"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(decode_punycode);
}  // namespace engine::vrl
