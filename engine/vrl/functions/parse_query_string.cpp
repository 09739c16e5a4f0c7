#include <algorithm>

#include "engine/vrl/function.hpp"
#include "engine/vrl/url/form_urlencoded.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    std::string_view text = call.bytes(0);
    text.remove_prefix(text.starts_with('?') ? 1 : 0);
    auto pairs = parse_form_urlencoded(text);
    std::ranges::stable_sort(pairs, {}, &std::pair<std::string, std::string>::first);
    std::vector<Member> members;
    for (std::size_t i = 0; i < pairs.size();) {
        std::size_t end = i + 1;
        while (end < pairs.size() && pairs[end].first == pairs[i].first) {
            ++end;
        }
        Value value = call.text(pairs[i].second);
        if (end - i > 1) {
            value = Value::array(new_array(end - i, call.arena()));
            for (std::size_t j = i; j < end; ++j) {
                push_item(*value.array_node(), call.text(pairs[j].second), call.arena());
            }
        }
        members.push_back({pairs[i].first, value});
        i = end;
    }
    return object_of(members, call.arena());
}

const Function parse_query_string_function{
    .name = "parse_query_string",
    .category = "Parse",
    .summary = "Parses the query of a URL; of a key that occurs again all values, as an array.",
    .parameters = {required("value", kinds::bytes, "The query, with or without its `?`.")},
    .returns = kinds::object,
    .examples = {{"Two keys", R"(parse_query_string("?a=1&b=x+y"))", R"({ "a": "1", "b": "x y" })"},
                 {"A key again", R"(parse_query_string("a=1&a=2"))", R"({ "a": ["1", "2"] })"},
                 {"Escapes", R"(parse_query_string("k=%C3%A9"))", R"({ "k": "é" })"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(parse_query_string_function);
}  // namespace engine::vrl
