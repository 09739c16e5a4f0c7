#include <algorithm>

#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

/// Arrays do not grow by more than that, nor does a path lead deeper.
constexpr std::uint64_t most_new_items = std::uint64_t{1} << 20;
constexpr std::size_t most_segments = 512;

/// Whether putting something there makes arrays of a bearable size.
bool is_bearable(const Value& root, const std::vector<PathSegment>& path) {
    std::uint64_t items = 0;
    for (const PathSegment& segment : path) {
        if (segment.field() == nullptr) {
            const auto index = static_cast<std::uint64_t>(segment.index());
            items += std::min(segment.index() < 0 ? 0 - index : index, most_new_items + 1);
        }
    }
    return path.size() <= most_segments &&
           (items <= most_new_items || engine::get(root, path) != nullptr);
}

/// The path that an array of keys and indexes names; nullopt after failing.
std::optional<std::vector<PathSegment>> path_of(Call& call) {
    if (!call[1].is_array()) {
        static_cast<void>(call.wrong_kind(kinds::bytes | kinds::array, call[1]));
        return std::nullopt;
    }
    std::vector<PathSegment> path;
    for (const Value& step : call.items(1)) {
        if (step.is_bytes()) {
            path.emplace_back(std::string(step.as_bytes()));
        } else if (step.is_integer()) {
            path.emplace_back(step.as_integer());
        } else {
            static_cast<void>(call.fail("path segment must be either string or integer, not {}",
                                        Type::of(step).describe()));
            return std::nullopt;
        }
    }
    return path;
}

Value run(Call& call) {
    if (!call[1].is_array()) {
        return call.wrong_kind(kinds::bytes | kinds::array, call[1]);
    }
    const auto path = path_of(call);
    if (!path) {
        return Value::failure();
    }
    if (!is_bearable(call[0], *path)) {
        return call.fail("the path leads to more than {} items or {} levels", most_new_items,
                         most_segments);
    }
    Value result = call.share(call[0]);
    engine::insert(result, *path, call.share(call[2]), call.arena());
    return result;
}

const Function set_function{
    .name = "set",
    .category = "Path",
    .summary = "The value with another put at a path that is known only at run time.",
    .parameters = {required("value", kinds::container, "What to change.").unchecked(),
                   required("path", kinds::array, "Keys and indexes.").unchecked(),
                   required("data", kinds::any, "What to put there.")},
    .returns = kinds::container,
    .type = [](const CallTypes& types) { return Type(types[0].kinds()); },
    .fallible = true,
    .examples = {{"A field", R"(set!({"a": 1}, ["b"], 2))", R"({ "a": 1, "b": 2 })"},
                 {"An index", R"(set!([1, 2], [0], 9))", R"([9, 2])"},
                 {"Nested", R"(set!({}, ["a", "b"], 1))", R"({ "a": { "b": 1 } })"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(set_function);
}  // namespace engine::vrl
