#include "engine/vrl/function.hpp"
#include "engine/vrl/regex/replace_matches.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    std::string clean;
    const std::string_view text = utf8_lossy(call.bytes(0), clean);
    std::size_t end = 0;
    for (std::int64_t count = 0; count < call.integer(1) && end < text.size(); ++count) {
        end = regex::next_character(text, end);
    }
    if (end == text.size()) {
        return call.text(text);
    }
    if (!call.given(2)) {
        return call.text(text.substr(0, end));
    }
    std::string out(text.substr(0, end));
    out += call.bytes(2);
    return call.text(out);
}

const Function truncate_function{
    .name = "truncate",
    .category = "String",
    .summary = "Cuts the text after so many characters.",
    .parameters = {required("value", kinds::bytes, "The text to cut."),
                   required("limit", kinds::integer, "How many characters to keep."),
                   optional("suffix", kinds::bytes, "Added where the text was cut.")},
    .returns = kinds::bytes,
    .examples = {{"Too long", R"(truncate("hello world", 5))", R"("hello")"},
                 {"With a suffix", R"(truncate("hello world", 5, suffix: "..."))", R"("hello...")"},
                 {"Short enough", R"(truncate("abc", 3, suffix: "..."))", R"("abc")"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(truncate_function);
}  // namespace engine::vrl
