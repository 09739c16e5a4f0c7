#include <algorithm>

#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

constexpr std::string_view too_small = "\"chunk_size\" must be at least 1 byte";

Prepared prepare(Preparation& call) {
    const std::optional<Value>& size = call.constant(1);
    if (size && size->is_integer() && size->as_integer() < 1) {
        return std::unexpected(CompileError::invalid_argument("chunk_size", too_small, *size));
    }
    return nullptr;
}

Value run(Call& call) {
    if (call.integer(1) < 1) {
        return call.fail(too_small);
    }
    const std::string_view text = call.bytes(0);
    const auto size = static_cast<std::uint64_t>(call.integer(1));
    const std::size_t step = std::min<std::uint64_t>(size, std::max<std::size_t>(text.size(), 1));
    ArrayNode* chunks = new_array((text.size() + step - 1) / step, call.arena());
    for (std::size_t begin = 0; begin < text.size(); begin += step) {
        chunks->items[chunks->size++] = Value::copy_of(text.substr(begin, step), call.arena());
    }
    return Value::array(chunks);
}

const Function chunks_function{
    .name = "chunks",
    .category = "Array",
    .summary = "Cuts a string into pieces of so many bytes; the last one may be shorter.",
    .parameters = {required("value", kinds::bytes, "The string to cut."),
                   required("chunk_size", kinds::integer, "Bytes of a piece, at least 1.")},
    .returns = kinds::array,
    .type = [](const CallTypes&) { return Type::array_of(kinds::bytes); },
    .may_fail = [](const CallTypes& types) { return !types.constant(1).has_value(); },
    .examples = {{"Even pieces", R"(chunks("abcd", 2))", R"(["ab", "cd"])"},
                 {"A shorter rest", R"(chunks("abcde", 3))", R"(["abc", "de"])"},
                 {"Nothing", R"(chunks("", 3))", R"([])"}},
    .prepare = prepare,
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(chunks_function);
}  // namespace engine::vrl
