#include "engine/vrl/function.hpp"
#include "engine/vrl/regex/replace_matches.hpp"

namespace engine::vrl {
namespace {

std::size_t count_characters(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(
        text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

Value run(Call& call) {
    std::string clean;
    const std::string_view text = utf8_lossy(call.bytes(0), clean);
    std::string out;
    std::size_t end = 0;
    std::size_t from = 0;
    std::string_view found;
    while (from <= text.size() && call[1].as_regex().find(text, from, {&found, 1})) {
        const auto begin = static_cast<std::size_t>(found.data() - text.data());
        if (begin > end) {
            const bool is_single = count_characters(text.substr(end, begin - end)) == 1;
            out += call.bytes(is_single ? 2 : 3);
        }
        out += found;
        if (out.size() > call.room()) {
            return call.fail("string with replacements is too large");
        }
        end = begin + found.size();
        from = found.empty() ? regex::next_character(text, end) : end;
    }
    return call.text(out);
}

const Function sieve{
    .name = "sieve",
    .category = "String",
    .summary =
        "Keeps what matches the pattern and replaces what stands between; what follows the "
        "last match is dropped.",
    .parameters = {required("value", kinds::bytes, "The text to clean."),
                   required("permitted_characters", kinds::regex, "What to keep."),
                   optional("replace_single", kinds::bytes, "Stands for one character.",
                            Value::bytes({})),
                   optional("replace_repeated", kinds::bytes, "Stands for several characters.",
                            Value::bytes({}))},
    .returns = kinds::bytes,
    .examples = {{"Keep letters", R"(sieve("a-b", r'[a-z]'))", R"("ab")"},
                 {"Replace single characters", R"(sieve("a-b_c", r'[a-z]', replace_single: "X"))",
                  R"("aXbXc")"},
                 {"Replace several characters",
                  R"(sieve("a--b---c-d", r'[a-z]', replace_repeated: ".."))", R"("a..b..cd")"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(sieve);
}  // namespace engine::vrl
