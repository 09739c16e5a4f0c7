#include "engine/vrl/function.hpp"
#include "engine/vrl/letter_case.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    return to_upper(call.bytes(0), call.arena());
}

const Function upcase{
    .name = "upcase",
    .category = "String",
    .summary = "Turns lower-case letters into upper-case ones, as Unicode defines them.",
    .parameters = {required("value", kinds::bytes, "The text to convert.")},
    .returns = kinds::bytes,
    .examples = {{"Upcase a text", R"(upcase("hello"))", R"("HELLO")"},
                 {"A letter may become two", R"(upcase("straße"))", R"("STRASSE")"},
                 {"Nothing to convert", R"(upcase("42"))", R"("42")"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(upcase);
}  // namespace engine::vrl
