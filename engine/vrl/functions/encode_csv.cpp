#include "engine/vrl/csv_line.hpp"
#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    if (!call[0].is_array()) {
        return call.wrong_kind(kinds::array, call[0]);
    }
    if (call.bytes(1).size() != 1) {
        return call.fail("delimiter must be a single character");
    }
    std::size_t size = 0;
    for (const Value& field : call.items(0)) {
        if (!field.is_bytes()) {
            return call.wrong_kind(kinds::bytes, field);
        }
        size += field.as_bytes().size();
    }
    if (size > call.room()) {
        return call.fail("the line is too large");
    }
    std::string text;
    write_csv_record(call.items(0), call.bytes(1)[0], text);
    return call.text(text);
}

const Function encode_csv_function{
    .name = "encode_csv",
    .category = "Codec",
    .summary = "Writes an array of strings as one line of CSV.",
    .parameters = {required("value", kinds::any, "The strings.").unchecked(),
                   optional("delimiter", kinds::bytes, "The character between fields.",
                            Value::bytes(","))},
    .returns = kinds::bytes,
    .fallible = true,
    .examples = {{"A line", R"(encode_csv!(["a", "b"]))", R"("a,b")"},
                 {"Quotes where needed", R"(encode_csv!(["a,b", "c"]))", R"("\"a,b\",c")"},
                 {"Another delimiter", R"(encode_csv!(["a", "b"], delimiter: ";"))", R"("a;b")"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(encode_csv_function);
}  // namespace engine::vrl
