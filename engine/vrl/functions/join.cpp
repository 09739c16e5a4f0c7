#include <algorithm>
#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    const std::string_view separator = call.bytes(1);
    std::size_t size = 0;
    for (const Value& item : call.items(0)) {
        if (!item.is_bytes()) {
            return call.fail("all array items must be strings");
        }
        size += item.as_bytes().size() + separator.size();
        if (size > call.room()) {
            return call.fail("joined string is too large");
        }
    }
    char* out = call.arena().allocate_array<char>(size);
    char* end = out;
    bool first = true;
    for (const Value& item : call.items(0)) {
        if (!std::exchange(first, false)) {
            end = std::ranges::copy(separator, end).out;
        }
        end = std::ranges::copy(item.as_bytes(), end).out;
    }
    return Value::bytes({out, static_cast<std::size_t>(end - out)});
}

const Function join_function{
    .name = "join",
    .category = "String",
    .summary = "Joins strings to one, with a separator between them.",
    .parameters = {required("value", kinds::array, "The strings to join."),
                   optional("separator", kinds::bytes, "What to put between them.",
                            Value::bytes(""))},
    .returns = kinds::bytes,
    .fallible = true,
    .examples = {{"With a separator", R"(join!(["bring", "us"], separator: " "))", R"("bring us")"},
                 {"Without", R"(join!(["a", "b"]))", R"("ab")"},
                 {"Nothing", R"(join!([]))", R"("")"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(join_function);
}  // namespace engine::vrl
