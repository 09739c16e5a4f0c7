#include "engine/vrl/csv_line.hpp"
#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    if (call.bytes(1).size() != 1) {
        return call.fail("delimiter must be a single character");
    }
    return array_of(parse_csv_record(call.bytes(0), call.bytes(1)[0], call.arena()), call.arena());
}

const Function parse_csv_function{
    .name = "parse_csv",
    .category = "Parse",
    .summary = "The fields of one line of CSV.",
    .parameters = {required("value", kinds::bytes, "The line."),
                   optional("delimiter", kinds::bytes, "The character between fields.",
                            Value::bytes(","))},
    .returns = kinds::array,
    .type = [](const CallTypes&) { return Type::array_of(kinds::bytes); },
    .fallible = true,
    .examples = {{"A line", R"(parse_csv!("a,b,c"))", R"(["a", "b", "c"])"},
                 {"Quotes", R"(parse_csv!("\"a, b\",\"say \"\"hi\"\"\""))",
                  R"(["a, b", "say \"hi\""])"},
                 {"Another delimiter", R"(parse_csv!("a;b", delimiter: ";"))", R"(["a", "b"])"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(parse_csv_function);
}  // namespace engine::vrl
