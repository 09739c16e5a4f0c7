#include "engine/vrl/function.hpp"
#include "engine/vrl/letter_case.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    return to_lower(call.bytes(0), call.arena());
}

const Function downcase_function{
    .name = "downcase",
    .category = "String",
    .summary = "Turns upper-case letters into lower-case ones, as Unicode defines them.",
    .parameters = {required("value", kinds::bytes, "The text to convert.")},
    .returns = kinds::bytes,
    .examples = {{"Downcase a text", R"(downcase("HELLO"))", R"("hello")"},
                 {"Beyond ASCII", R"(downcase("ÀÉ"))", R"("àé")"},
                 {"Nothing to convert", R"(downcase("42"))", R"("42")"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(downcase_function);
}  // namespace engine::vrl
