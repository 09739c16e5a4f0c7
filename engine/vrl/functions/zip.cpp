#include <algorithm>
#include <array>

#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

/// Row i holds item i of each of the arrays; there are as many rows as the shortest array has
/// items.
Value transpose(std::span<const Value> arrays, Call& call) {
    std::size_t rows = arrays.empty() ? 0 : arrays[0].as_array().size;
    for (const Value& array : arrays) {
        rows = std::min<std::size_t>(rows, array.as_array().size);
    }
    ArrayNode* result = new_array(rows, call.arena());
    for (std::size_t i = 0; i < rows; ++i) {
        ArrayNode* row = new_array(arrays.size(), call.arena());
        for (const Value& array : arrays) {
            row->items[row->size++] = call.share(array.as_array().items[i]);
        }
        result->items[result->size++] = Value::array(row);
    }
    return Value::array(result);
}

Value run(Call& call) {
    if (call.given(1)) {
        return transpose(std::array{call[0], call[1]}, call);
    }
    for (const Value& item : call.items(0)) {
        if (!item.is_array()) {
            return call.wrong_kind(kinds::array, item);
        }
    }
    return transpose(call.items(0), call);
}

const Function zip_function{
    .name = "zip",
    .category = "Array",
    .summary =
        "Puts the first items of the arrays together, the second ones, and so on, up to the end of "
        "the shortest.",
    .parameters = {required("array_0", kinds::array, "The first array, or an array of all arrays."),
                   optional("array_1", kinds::array, "The second array.")},
    .returns = kinds::array,
    .type = [](const CallTypes&) { return Type::array_of(kinds::array); },
    .examples = {{"Two arrays", R"(zip([1, 2], ["a", "b"]))", R"([[1, "a"], [2, "b"]])"},
                 {"An array of arrays", R"(zip([[1, 2], [3, 4], [5, 6]]))",
                  R"([[1, 3, 5], [2, 4, 6]])"},
                 {"The shortest decides", R"(zip([1, 2, 3], ["a"]))", R"([[1, "a"]])"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(zip_function);
}  // namespace engine::vrl
