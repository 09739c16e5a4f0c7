#include <xxhash.h>
#include <bit>

#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

enum class Variant { Xxh32, Xxh64, Xxh3_64, Xxh3_128 };

std::optional<Variant> variant_named(std::string_view name) {
    static constexpr std::string_view names[] = {"XXH32", "XXH64", "XXH3-64", "XXH3-128"};
    const auto found = std::ranges::find_if(names, [&](std::string_view known) {
        return std::ranges::equal(known, name, [](char left, char right) {
            return left == (right >= 'a' && right <= 'z' ? static_cast<char>(right - 32) : right);
        });
    });
    if (found == std::end(names)) {
        return std::nullopt;
    }
    return static_cast<Variant>(found - names);
}

Value decimal_of(XXH128_hash_t hash, Call& call) {
    __extension__ using Wide = unsigned __int128;
    Wide number = Wide{hash.high64} << 64 | hash.low64;
    char digits[40];
    char* begin = std::end(digits);
    do {
        *--begin = static_cast<char>('0' + static_cast<int>(number % 10));
        number /= 10;
    } while (number != 0);
    return call.text({begin, static_cast<std::size_t>(std::end(digits) - begin)});
}

Value run(Call& call) {
    const std::string_view text = call.bytes(0);
    const auto variant = variant_named(call.bytes(1));
    if (!variant) {
        return call.fail("Variant must be either 'XXH32', 'XXH64', 'XXH3-64', or 'XXH3-128'");
    }
    switch (*variant) {
        case Variant::Xxh32:
            return Value::integer(XXH32(text.data(), text.size(), 0));
        case Variant::Xxh64:
            return Value::integer(std::bit_cast<std::int64_t>(XXH64(text.data(), text.size(), 0)));
        case Variant::Xxh3_64:
            return Value::integer(
                std::bit_cast<std::int64_t>(XXH3_64bits(text.data(), text.size())));
        case Variant::Xxh3_128:
            break;
    }
    return decimal_of(XXH3_128bits(text.data(), text.size()), call);
}

const Function xxhash{
    .name = "xxhash",
    .category = "Checksum",
    .summary = "The xxHash of the text: a number, for 128 bits a text of digits.",
    .parameters = {required("value", kinds::bytes, "The text to hash."),
                   optional("variant", kinds::bytes,
                            "`XXH32`, `XXH64`, `XXH3-64` or `XXH3-128`; case does not matter.",
                            Value::bytes("XXH32"))},
    .returns = kinds::bytes,
    .may_fail =
        [](const CallTypes& types) {
            return !types.constant(1) || !types.constant(1)->is_bytes() ||
                   !variant_named(types.constant(1)->as_bytes());
        },
    .examples = {{"32 bits", R"(xxhash("a"))", "1426945110"},
                 {"64 bits", R"(xxhash("a", variant: "XXH64"))", "-3292477735350538661"},
                 {"128 bits", R"(xxhash("a", variant: "XXH3-128"))",
                  R"("225219434562328483135862406050043285023")"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(xxhash);
}  // namespace engine::vrl
