#include "engine/vrl/function.hpp"
#include "engine/vrl/text/word_case.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    return to_word_case(call.bytes(0), WordCase::Pascal, *call.state<WordBoundaries>(),
                        call.arena());
}

const Function pascalcase{
    .name = "pascalcase",
    .category = "String",
    .summary = "Writes the words of the text in PascalCase.",
    .parameters = {required("value", kinds::bytes, "The text to convert."),
                   original_case_parameter()},
    .returns = kinds::bytes,
    .examples = {{"From another case", R"(pascalcase("foo_bar"))", R"("FooBar")"},
                 {"Acronyms are words", R"(pascalcase("XMLHttpRequest"))", R"("XmlHttpRequest")"},
                 {"Only the separators of the case",
                  R"(pascalcase("foo_bar-baz", original_case: "snake_case"))", R"("FooBar-baz")"}},
    .prepare = prepare_word_boundaries,
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(pascalcase);
}  // namespace engine::vrl
