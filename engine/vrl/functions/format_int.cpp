#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    const std::int64_t base = call.integer(1);
    if (base < 2 || base > 36) {
        return call.fail("invalid base {}: must be be between 2 and 36 (inclusive)", base);
    }
    const std::int64_t value = call.integer(0);
    const auto bits = static_cast<std::uint64_t>(value);
    std::uint64_t rest = value < 0 ? 0 - bits : bits;
    char digits[65];
    char* begin = std::end(digits);
    do {
        *--begin = "0123456789abcdefghijklmnopqrstuvwxyz"[rest % static_cast<std::uint64_t>(base)];
        rest /= static_cast<std::uint64_t>(base);
    } while (rest != 0);
    if (value < 0) {
        *--begin = '-';
    }
    return call.text({begin, static_cast<std::size_t>(std::end(digits) - begin)});
}

const Function format_int{
    .name = "format_int",
    .category = "Number",
    .summary = "Writes the integer in any base.",
    .parameters = {required("value", kinds::integer, "The number to write."),
                   optional("base", kinds::integer, "2 to 36.", Value::integer(10))},
    .returns = kinds::bytes,
    .fallible = true,
    .examples = {{"Hexadecimal", R"(format_int!(-42, base: 16))", R"("-2a")"},
                 {"Binary", R"(format_int!(42, base: 2))", R"("101010")"},
                 {"Decimal", R"(format_int!(42))", R"("42")"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(format_int);
}  // namespace engine::vrl
