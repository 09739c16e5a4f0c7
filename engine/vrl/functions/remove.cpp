#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

/// The path that an array of keys and indexes names; nullopt after failing.
std::optional<std::vector<PathSegment>> path_of(Call& call) {
    std::vector<PathSegment> path;
    for (const Value& step : call.items(1)) {
        if (step.is_bytes()) {
            path.emplace_back(std::string(step.as_bytes()));
        } else if (step.is_integer()) {
            path.emplace_back(step.as_integer());
        } else {
            static_cast<void>(call.fail("path segment must be either string or integer, not {}",
                                        describe(kind_of(step))));
            return std::nullopt;
        }
    }
    return path;
}

Value run(Call& call) {
    const auto path = path_of(call);
    if (!path) {
        return Value::failure();
    }
    Value result = call.share(call[0]);
    static_cast<void>(engine::remove(result, *path, call.boolean(2), call.arena()));
    return result;
}

const Function remove_function{
    .name = "remove",
    .category = "Path",
    .summary = "The value without what is at a path that is known only at run time.",
    .parameters = {required("value", kinds::container, "What to change.").unchecked(),
                   required("path", kinds::array, "Keys and indexes."),
                   optional("compact", kinds::boolean,
                            "Whether containers that become empty are removed too.",
                            Value::boolean(false))},
    .returns = kinds::container,
    .type = [](const CallTypes& types) { return Type(types[0].kinds()); },
    .fallible = true,
    .examples = {{"A field", R"(remove!({"a": 1, "b": 2}, ["a"]))", R"({ "b": 2 })"},
                 {"An index", R"(remove!([1, 2], [0]))", R"([2])"},
                 {"Nothing there", R"(remove!({"a": 1}, ["x"]))", R"({ "a": 1 })"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(remove_function);
}  // namespace engine::vrl
