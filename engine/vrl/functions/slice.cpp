#include <algorithm>
#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

std::int64_t length_of(const Value& value) {
    return value.is_array() ? value.as_array().size
                            : static_cast<std::int64_t>(value.as_bytes().size());
}

Value run(Call& call) {
    const std::int64_t length = length_of(call[0]);
    const std::int64_t from = call.integer(1);
    const std::int64_t start = from < 0 ? from + length : from;
    std::int64_t end = call.given(2) ? call.integer(2) : length;
    end = end < 0 ? end + length : end;
    if (start < 0 || start > length) {
        return call.fail("\"start\" must be between \"{}\" and \"{}\"", -length, length);
    }
    if (end < start) {
        return call.fail("\"end\" must be greater or equal to \"start\"");
    }
    end = std::min(end, length);
    if (call[0].is_bytes()) {
        const std::string_view text = call.bytes(0);
        return Value::bytes(
            text.substr(static_cast<std::size_t>(start), static_cast<std::size_t>(end - start)));
    }
    ArrayNode* part = new_array(static_cast<std::size_t>(end - start), call.arena());
    for (std::int64_t i = start; i < end; ++i) {
        part->items[part->size++] = call.share(call.items(0)[static_cast<std::size_t>(i)]);
    }
    return Value::array(part);
}

const Function slice_function{
    .name = "slice",
    .category = "String",
    .summary = "A part of a string or an array, from `start` up to `end`.",
    .parameters = {required("value", kinds::bytes | kinds::array, "What to take a part of."),
                   required("start", kinds::integer,
                            "The first position; negative ones count from the end."),
                   optional("end", kinds::integer, "The position after the last one.")},
    .returns = kinds::bytes | kinds::array,
    .type =
        [](const CallTypes& types) {
            const Type& value = types[0];
            return value.may_be(kinds::array)
                       ? Type::array_of(value.any_item()).unite(Type(value.kinds() & kinds::bytes))
                       : Type(kinds::bytes);
        },
    .fallible = true,
    .examples = {{"A string", R"(slice!("Supercalifragilistic", start: 5, end: 13))",
                  R"("califrag")"},
                 {"From the end", R"(slice!("Supercalifragilistic", start: -7))", R"("ilistic")"},
                 {"An array", R"(slice!([0, 1, 2], start: 1))", R"([1, 2])"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(slice_function);
}  // namespace engine::vrl
