#include "engine/vrl/function.hpp"
#include "engine/vrl/regex/replace_matches.hpp"

namespace engine::vrl {
namespace {

/// `{ "string": …, "captures": […], "<name of a group>": … }` of one match.
Value match_object(Call& call, std::span<const std::string_view> groups) {
    const auto& names = call[1].as_regex().group_names();
    const auto value_of = [](std::string_view group) {
        return group.data() == nullptr ? Value::null() : Value::bytes(group);
    };
    std::vector<Member> members;
    Value captures = Value::array(new_array(groups.size() - 1, call.arena()));
    for (std::size_t i = 1; i < groups.size(); ++i) {
        push_item(*captures.array_node(), value_of(groups[i]), call.arena());
        if (!names[i].empty()) {
            members.push_back({call.arena().copy(names[i]), value_of(groups[i])});
        }
    }
    members.push_back({"string", value_of(groups[0])});
    members.push_back({"captures", captures});
    return object_of(members, call.arena());
}

Value run(Call& call) {
    // The match is handed to the closure as a view of the text, which must not move.
    const std::string_view text = call.arena().copy(call.bytes(0));
    const regex::Regex& pattern = call[1].as_regex();
    std::vector<std::string_view> groups(pattern.group_count());
    ClosureCall closure = call.closure();
    std::string out;
    const bool done = regex::replace_matches(
        text, pattern, groups, call.integer(2), out, [&](std::string& target) {
            const Value replacement = closure(match_object(call, groups));
            if (replacement.is_failure()) {
                return false;
            }
            target += replacement.as_bytes();
            if (target.size() > call.room()) {
                static_cast<void>(call.fail("string with replacements is too large"));
                return false;
            }
            return true;
        });
    return done ? call.text(out) : Value::failure();
}

std::vector<Type> closure_parameters(const CallTypes& types) {
    Type::Fields fields;
    std::optional<Type> others;
    const Type group = kinds::bytes | kinds::null;
    if (types.constant(1) && types.constant(1)->is_regex()) {
        for (const std::string& name : types.constant(1)->as_regex().group_names()) {
            if (!name.empty()) {
                fields.insert_or_assign(name, group);
            }
        }
    } else {
        others = group;
    }
    fields.insert_or_assign("string", kinds::bytes);
    fields.insert_or_assign("captures", Type::array_of(group));
    return {Type::object(std::move(fields), std::move(others))};
}

const Function replace_with{
    .name = "replace_with",
    .category = "String",
    .summary = "Replaces each match of the pattern by what the closure makes of it.",
    .parameters = {required("value", kinds::bytes, "The text to change."),
                   required("pattern", kinds::regex, "What to replace."),
                   optional("count", kinds::integer, "How many to replace; all when negative.",
                            Value::integer(-1))},
    .returns = kinds::bytes,
    .closure =
        ClosureRule{.parameters = closure_parameters,
                    .result = ClosureResult::Bytes,
                    .example = "replace_with(\"received email from a@example.com\", pattern: "
                               "r'\\w+@\\w+\\.\\w+') -> |match| { sha2(match.string) }"},
    .examples =
        {{"Capitals",
          R"(replace_with("apples and bananas", r'\b(\w)') -> |m| { upcase(m.string) })",
          R"("Apples And Bananas")"},
         {"Named groups",
          R"(replace_with("k=v", r'(?P<key>\w)=(?P<val>\w)') -> |m| { string!(m.val) + ":" + string!(m.key) })",
          R"("v:k")"},
         {"The first match", R"(replace_with("aaa", r'a', count: 1) -> |_m| { "b" })", R"("baa")"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(replace_with);
}  // namespace engine::vrl
