#include "engine/codec/json_writer.hpp"
#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    thread_local ByteBuffer text;
    text.clear();
    write_json(call[0], text, call.boolean(1) ? JsonLayout::Pretty : JsonLayout::Compact);
    return call.text(text.view());
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
