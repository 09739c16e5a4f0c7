#include "engine/vrl/function.hpp"
#include "engine/vrl/text/word_case.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    return to_word_case(call.bytes(0), WordCase::Camel, *call.state<WordBoundaries>(),
                        call.arena());
}

const Function camelcase{
    .name = "camelcase",
    .category = "String",
    .summary = "Writes the words of the text in camelCase.",
    .parameters = {required("value", kinds::bytes, "The text to convert."),
                   original_case_parameter()},
    .returns = kinds::bytes,
    .examples = {{"From another case", R"(camelcase("foo_bar"))", R"("fooBar")"},
                 {"Acronyms are words", R"(camelcase("XMLHttpRequest"))", R"("xmlHttpRequest")"},
                 {"Only the separators of the case",
                  R"(camelcase("foo_bar-baz", original_case: "snake_case"))", R"("fooBar-baz")"}},
    .prepare = prepare_word_boundaries,
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(camelcase);
}  // namespace engine::vrl
