#include <algorithm>
#include <map>

#include "engine/vrl/debug_text.hpp"
#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    std::map<std::string_view, std::int64_t> counts;
    for (const Value& item : call.items(0)) {
        if (!item.is_bytes()) {
            return call.fail("all values must be strings, found: {}", debug_text(item));
        }
        ++counts[item.as_bytes()];
    }
    auto* members = call.arena().allocate_array<Member>(counts.size());
    std::size_t count = 0;
    for (const auto& [text, number] : counts) {
        members[count++] = {text, Value::integer(number)};
    }
    return object_of({members, count}, call.arena());
}

const Function tally_function{
    .name = "tally",
    .category = "Enumerate",
    .summary = "How often each string occurs in the array.",
    .parameters = {required("value", kinds::array, "The strings to count.")},
    .returns = kinds::object,
    .type = [](const CallTypes&) { return Type::object_of(kinds::integer); },
    .fallible = true,
    .examples =
        {{"Count", R"(tally!(["a", "b", "a"]))", R"({ "a": 2, "b": 1 })"},
         {"Case counts", R"(tally!(["a", "A"]))", R"({ "A": 1, "a": 1 })"},
         {"Not a string", R"(tally!([1]))",
          R"(function call error for "tally" at (0:11): all values must be strings, found: )"
          R"(Integer(1))"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(tally_function);
}  // namespace engine::vrl
