#include "engine/vrl/function.hpp"
#include "engine/vrl/text/unix_path.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    const auto components = path_components(call.bytes(0));
    Value parts = Value::array(new_array(components.size(), call.arena()));
    for (const std::string_view component : components) {
        push_item(*parts.array_node(), Value::bytes(component), call.arena());
    }
    return parts;
}

const Function split_path{
    .name = "split_path",
    .category = "String",
    .summary = "The parts of a path.",
    .parameters = {required("value", kinds::bytes, "The path.")},
    .returns = kinds::array,
    .type = [](const CallTypes&) { return Type::array_of(kinds::bytes); },
    .examples = {{"From the root", R"(split_path("/home/user"))", R"(["/", "home", "user"])"},
                 {"Relative", R"(split_path("a/b/../c"))", R"(["a", "b", "..", "c"])"},
                 {"Needless parts", R"(split_path("a//./b/"))", R"(["a", "b"])"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(split_path);
}  // namespace engine::vrl
