#include "engine/vrl/function.hpp"
#include "engine/vrl/regex/captures.hpp"

namespace engine::vrl {
namespace {

struct Layouts {
    CaptureLayout names;
    CaptureLayout names_and_numbers;
};

Prepared prepare(Preparation& call) {
    if (!call.constant(1) || !call.constant(1)->is_regex()) {
        return nullptr;
    }
    const regex::Regex& regex = call.constant(1)->as_regex();
    return std::make_shared<Layouts>(
        CaptureLayout(regex, GroupKeys::Names, call.constants()),
        CaptureLayout(regex, GroupKeys::NamesAndNumbers, call.constants()));
}

Value run(Call& call) {
    if (!call[1].is_regex()) {
        return call.fail("failed to resolve regex");
    }
    const regex::Regex& regex = call[1].as_regex();
    std::string buffer;
    std::string_view text = utf8_lossy(call.bytes(0), buffer);
    if (text.data() == buffer.data()) {
        text = call.arena().copy(text);
    }
    auto* groups = call.arena().allocate_array<std::string_view>(regex.group_count());
    const std::span<std::string_view> all(groups, regex.group_count());
    if (!regex.find(text, 0, all)) {
        return call.fail("could not find any pattern matches");
    }
    const bool with_numbers = call.boolean(2);
    if (const auto* layouts = call.state<Layouts>(); layouts != nullptr) {
        return (with_numbers ? layouts->names_and_numbers : layouts->names)
            .object(all, call.arena());
    }
    const GroupKeys keys = with_numbers ? GroupKeys::NamesAndNumbers : GroupKeys::Names;
    return CaptureLayout(regex, keys, call.arena()).object(all, call.arena());
}

const Function parse_regex_function{
    .name = "parse_regex",
    .category = "Parse",
    .summary = "The named groups of the first match of the regular expression.",
    .parameters = {required("value", kinds::bytes, "The text to search."),
                   required("pattern", kinds::regex, "The regular expression.").unchecked(),
                   optional("numeric_groups", kinds::boolean,
                            "Whether groups appear by number too; 0 is the whole match.",
                            Value::boolean(false))},
    .returns = kinds::object,
    .type =
        [](const CallTypes& types) {
            return types.constant(1) && types.constant(1)->is_regex()
                       ? captures_type(types.constant(1)->as_regex())
                       : Type(kinds::object);
        },
    .fallible = true,
    .examples =
        {{"A match", R"(parse_regex!("12 apples", r'(?P<number>\d+) (?P<what>\w+)'))",
          R"({ "number": "12", "what": "apples" })"},
         {"With numbers", R"(parse_regex!("a-b", r'(\w)-(?P<r>\w)', numeric_groups: true))",
          R"({ "0": "a-b", "1": "a", "2": "b", "r": "b" })"},
         {"No match", R"(parse_regex!("abc", r'(?P<z>z)'))",
          R"(function call error for "parse_regex" at (0:32): could not find any pattern matches)"}},
    .prepare = prepare,
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(parse_regex_function);
}  // namespace engine::vrl
