#include "engine/codec/json_writer.hpp"
#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

/// Bytes of indentation that a pretty text of the value has, up to somewhat more than `most`: deep
/// in arrays they are many times what the items are.
std::size_t indentation(const Value& value, std::size_t depth, std::size_t most) {
    std::size_t size = 2 * depth;
    const auto add = [&](std::span<const Value> items) {
        for (const Value& item : items) {
            if (size > most) {
                return;
            }
            size += indentation(item, depth + 1, most - size);
        }
    };
    if (value.is_array()) {
        add(value.as_array().view());
    } else if (value.is_object()) {
        add({value.as_object().values, value.as_object().size()});
    }
    return size;
}

Value run(Call& call) {
    thread_local ByteBuffer text;
    text.clear();
    const bool pretty = call.boolean(1);
    if (pretty && indentation(call[0], 0, call.room()) > call.room()) {
        return call.fail("the text is too large");
    }
    write_json(call[0], text, pretty ? JsonLayout::Pretty : JsonLayout::Compact);
    if (text.size() > call.room()) {
        text = ByteBuffer();
        return call.fail("the text is too large");
    }
    const Value result = call.text(text.view());
    constexpr std::size_t most_to_keep = std::size_t{1} << 20;
    if (text.capacity() > most_to_keep) {
        text = ByteBuffer();
    }
    return result;
}

const Function encode_json_function{
    .name = "encode_json",
    .category = "Codec",
    .summary = "Writes the value as JSON.",
    .parameters = {required("value", kinds::any, "The value to write."),
                   optional("pretty", kinds::boolean, "Whether to break lines and indent.",
                            Value::boolean(false))},
    .returns = kinds::bytes,
    .examples = {{"An object", R"(encode_json({"a": [1, true, null]}))",
                  R"("{\"a\":[1,true,null]}")"},
                 {"A text", R"(encode_json("a"))", R"("\"a\"")"},
                 {"A float", R"(encode_json(1.0))", R"("1.0")"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(encode_json_function);
}  // namespace engine::vrl
