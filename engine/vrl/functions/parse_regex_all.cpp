#include "engine/vrl/function.hpp"
#include "engine/vrl/regex/captures.hpp"

namespace engine::vrl {
namespace {

/// The next position of a character after `at`.
std::size_t next_character(std::string_view text, std::size_t at) {
    for (++at; at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80;) {
        ++at;
    }
    return at;
}

Value run(Call& call) {
    if (!call[0].is_bytes()) {
        return call.wrong_kind(kinds::bytes, call[0]);
    }
    if (!call[1].is_regex()) {
        return call.fail("failed to resolve regex");
    }
    const regex::Regex& regex = call[1].as_regex();
    std::string buffer;
    std::string_view text = utf8_lossy(call.bytes(0), buffer);
    if (text.data() == buffer.data()) {
        text = call.arena().copy(text);
    }
    const GroupKeys keys = call.boolean(2) ? GroupKeys::NamesAndNumbers : GroupKeys::Names;
    const CaptureLayout layout(regex, keys, call.arena());
    const std::span<std::string_view> groups(
        call.arena().allocate_array<std::string_view>(regex.group_count()), regex.group_count());
    ArrayNode* matches = new_array(4, call.arena());
    std::size_t last_end = std::string_view::npos;
    for (std::size_t from = 0; from <= text.size() && regex.find(text, from, groups);) {
        if (call.out_of_memory()) {
            return call.fail_for_memory();
        }
        const auto begin = static_cast<std::size_t>(groups[0].data() - text.data());
        const std::size_t end = begin + groups[0].size();
        // An empty match right after another one does not count.
        if (!groups[0].empty() || begin != last_end) {
            push_item(*matches, layout.object(groups, call.arena()), call.arena());
            last_end = end;
        }
        from = groups[0].empty() ? next_character(text, end) : end;
    }
    return Value::array(matches);
}

const Function parse_regex_all_function{
    .name = "parse_regex_all",
    .category = "Parse",
    .summary = "The named groups of every match of the regular expression.",
    .parameters = {required("value", kinds::any, "The text to search.").unchecked(),
                   required("pattern", kinds::regex, "The regular expression.").unchecked(),
                   optional("numeric_groups", kinds::boolean,
                            "Whether groups appear by number too; 0 is the whole match.",
                            Value::boolean(false))},
    .returns = kinds::array,
    .type =
        [](const CallTypes& types) {
            return types.constant(1) && types.constant(1)->is_regex()
                       ? Type::array_of(captures_type(types.constant(1)->as_regex()))
                       : Type(kinds::array);
        },
    .fallible = true,
    .examples = {{"Pairs", R"(parse_regex_all!("a=1 b=2", r'(?P<k>\w)=(?P<v>\d)'))",
                  R"([{ "k": "a", "v": "1" }, { "k": "b", "v": "2" }])"},
                 {"A group without part", R"(parse_regex_all!("a1 b", r'(?P<l>[a-z])(?P<d>\d)?'))",
                  R"([{ "d": "1", "l": "a" }, { "d": null, "l": "b" }])"},
                 {"No match", R"(parse_regex_all!("zzz", r'(?P<d>\d)'))", "[]"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(parse_regex_all_function);
}  // namespace engine::vrl
