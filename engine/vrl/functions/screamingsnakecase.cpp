#include "engine/vrl/function.hpp"
#include "engine/vrl/text/word_case.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    return to_word_case(call.bytes(0), WordCase::ScreamingSnake, *call.state<WordBoundaries>(),
                        call.arena());
}

const Function screamingsnakecase{
    .name = "screamingsnakecase",
    .category = "String",
    .summary = "Writes the words of the text in SCREAMING_SNAKE_CASE.",
    .parameters = {required("value", kinds::bytes, "The text to convert."),
                   original_case_parameter()},
    .returns = kinds::bytes,
    .examples = {{"From another case", R"(screamingsnakecase("foo_bar"))", R"("FOO_BAR")"},
                 {"Acronyms are words", R"(screamingsnakecase("XMLHttpRequest"))",
                  R"("XML_HTTP_REQUEST")"},
                 {"Only the separators of the case",
                  R"(screamingsnakecase("foo_bar-baz", original_case: "snake_case"))",
                  R"("FOO_BAR-BAZ")"}},
    .prepare = prepare_word_boundaries,
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(screamingsnakecase);
}  // namespace engine::vrl
