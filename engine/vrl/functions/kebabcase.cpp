#include "engine/vrl/function.hpp"
#include "engine/vrl/text/word_case.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    return to_word_case(call.bytes(0), WordCase::Kebab, *call.state<WordBoundaries>(),
                        call.arena());
}

const Function kebabcase{
    .name = "kebabcase",
    .category = "String",
    .summary = "Writes the words of the text in kebab-case.",
    .parameters = {required("value", kinds::bytes, "The text to convert."),
                   original_case_parameter()},
    .returns = kinds::bytes,
    .examples = {{"From another case", R"(kebabcase("foo_bar"))", R"("foo-bar")"},
                 {"Acronyms are words", R"(kebabcase("XMLHttpRequest"))", R"("xml-http-request")"},
                 {"Only the separators of the case",
                  R"(kebabcase("foo_bar-baz", original_case: "snake_case"))", R"("foo-bar-baz")"}},
    .prepare = prepare_word_boundaries,
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(kebabcase);
}  // namespace engine::vrl
