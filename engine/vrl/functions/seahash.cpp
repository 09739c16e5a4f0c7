#include <bit>

#include "engine/vrl/cryptography/seahash.hpp"
#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    return Value::integer(std::bit_cast<std::int64_t>(seahash_of(call.bytes(0))));
}

const Function seahash{
    .name = "seahash",
    .category = "Cryptography",
    .summary =
        "The SeaHash of the text: fast, not for security. Above 2^63 the result is negative.",
    .parameters = {required("value", kinds::bytes, "The text to hash.")},
    .returns = kinds::integer,
    .examples = {{"A letter", R"(seahash("a"))", "3009532316786026829"},
                 {"The empty text", R"(seahash(""))", "-3953938083091587911"},
                 {"A text", R"(seahash("Hello World"))", "-4926743334775232510"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(seahash);
}  // namespace engine::vrl
