#include "engine/vrl/function.hpp"
#include "engine/vrl/regex/regex.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    std::string clean;
    const std::string_view text = utf8_lossy(call.bytes(0), clean);
    if (call.integer(2) < 0 || static_cast<std::uint64_t>(call.integer(2)) > text.size()) {
        return Value::null();
    }
    const auto from = static_cast<std::size_t>(call.integer(2));
    std::size_t at = 0;
    if (call[1].is_bytes()) {
        at = text.find(call[1].as_bytes(), from);
    } else {
        std::string_view found;
        at = call[1].as_regex().find(text, from, {&found, 1})
                 ? static_cast<std::size_t>(found.data() - text.data())
                 : std::string_view::npos;
    }
    return at == std::string_view::npos ? Value::null()
                                        : Value::integer(static_cast<std::int64_t>(at));
}

const Function find_function{
    .name = "find",
    .category = "String",
    .summary = "Where the pattern first occurs, as a number of bytes; null if it does not.",
    .parameters = {required("value", kinds::bytes, "The text to search."),
                   required("pattern", kinds::bytes | kinds::regex, "What to look for."),
                   optional("from", kinds::integer, "How many bytes to skip.", Value::integer(0))},
    .returns = kinds::integer | kinds::null,
    .examples = {{"A text", R"(find("hello", "l"))", "2"},
                 {"A regular expression", R"(find("foo1bar2", r'\d'))", "3"},
                 {"Later", R"(find("abcabc", "a", from: 1))", "3"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(find_function);
}  // namespace engine::vrl
