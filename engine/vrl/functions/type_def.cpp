#include <algorithm>
#include <cctype>
#include <string>
#include <vector>

#include "engine/vrl/function.hpp"
#include "engine/vrl/print.hpp"

namespace engine::vrl {
namespace {

constexpr std::pair<Kinds, std::string_view> scalars[] = {
    {kinds::boolean, "boolean"},     {kinds::bytes, "bytes"},         {kinds::floating, "float"},
    {kinds::integer, "integer"},     {kinds::null, "null"},           {kinds::regex, "regex"},
    {kinds::timestamp, "timestamp"}, {kinds::undefined, "undefined"},
};

Value describe(const Type& type, Arena& arena);

Value flag(std::string_view name, Arena& arena) {
    Member member{name, Value::boolean(true)};
    return object_of({&member, 1}, arena);
}

Value describe_rest(const Type& rest, Arena& arena) {
    if (rest.is_any()) {
        return flag("any", arena);
    }
    if (rest.without(kinds::undefined) == Type::json()) {
        return flag("json", arena);
    }
    return describe(rest.with_kinds(rest.kinds() | kinds::undefined), arena);
}

/// As it is written in a path.
std::string written(const std::string& name) {
    const ast::Path path = {{name, {}}};
    return print(path).substr(1);
}

Value known_fields(const Type& type, Arena& arena) {
    std::vector<Member> members;
    if (type.fields() != nullptr) {
        for (const auto& [name, field] : *type.fields()) {
            members.push_back({arena.copy(written(name)), describe(field, arena)});
        }
    }
    return object_of(members, arena);
}

Value known_items(const Type& type, Arena& arena) {
    std::vector<Member> members;
    if (type.items() != nullptr) {
        for (const auto& [index, item] : *type.items()) {
            members.push_back({arena.copy(std::to_string(index)), describe(item, arena)});
        }
    }
    return object_of(members, arena);
}

Value describe(const Type& type, Arena& arena) {
    if (type.is_any() && type.may_be(kinds::undefined)) {
        return flag("any", arena);
    }
    std::vector<Member> members;
    for (const auto& [kind, name] : scalars) {
        if (type.may_be(kind)) {
            members.push_back({name, Value::boolean(true)});
        }
    }
    if (type.may_be(kinds::object)) {
        members.push_back({"object", known_fields(type, arena)});
        if (const Type rest = type.rest_of_object(); !rest.is_never()) {
            members.push_back({"object_unknown_infinite", describe_rest(rest, arena)});
        }
    }
    if (type.may_be(kinds::array)) {
        members.push_back({"array", known_items(type, arena)});
        if (const Type rest = type.rest_of_array(); !rest.is_never()) {
            members.push_back({"array_unknown_infinite", describe_rest(rest, arena)});
        }
    }
    return object_of(members, arena);
}

Prepared prepare(Preparation& call) {
    const Value description = describe(call.types()[0], call.constants());
    return std::make_shared<const Value>(description);
}

Value run(Call& call) {
    return *call.state<Value>();
}

const Function type_def_function{
    .name = "type_def",
    .category = "Type",
    .summary = "What the compiler knows about the type of the value.",
    .parameters = {required("value", kinds::any, "The value to look at.")},
    .returns = kinds::any,
    .examples = {{"A literal", R"(type_def(1))", R"({ "integer": true })"},
                 {"Anything", R"(type_def(.a))", R"({ "any": true })"},
                 {"An array", R"(type_def(["a"]))", R"({ "array": { "0": { "bytes": true } } })"}},
    .prepare = prepare,
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(type_def_function);
}  // namespace engine::vrl
