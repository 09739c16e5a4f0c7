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
    const Value* found = engine::get(call[0], *path);
    return found == nullptr ? Value::null() : call.share(*found);
}

const Function get_function{
    .name = "get",
    .category = "Path",
    .summary = "The value at a path that is known only at run time, null where there is none.",
    .parameters = {required("value", kinds::container, "Where to look.").unchecked(),
                   required("path", kinds::array, "Keys and indexes.")},
    .returns = kinds::any,
    .fallible = true,
    .examples = {{"A field", R"(get!({"a": {"b": 1}}, ["a", "b"]))", R"(1)"},
                 {"An index", R"(get!([1, 2], [-1]))", R"(2)"},
                 {"Nothing there", R"(get!({}, ["a"]))", R"(null)"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(get_function);
}  // namespace engine::vrl
