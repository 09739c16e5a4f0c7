#include "engine/vrl/function.hpp"
#include "engine/vrl/text/unix_path.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    const std::string_view path = call.bytes(0);
    const auto components = path_components(path);
    if (components.size() == 1 && components[0] == "/") {
        return Value::bytes("/");
    }
    if (components.size() < 2) {
        return Value::bytes(".");
    }
    const std::string_view parent = components[components.size() - 2];
    return Value::bytes(
        path.substr(0, static_cast<std::size_t>(parent.data() + parent.size() - path.data())));
}

const Function dirname_function{
    .name = "dirname",
    .category = "String",
    .summary = "A path without its last part.",
    .parameters = {required("value", kinds::bytes, "The path.")},
    .returns = kinds::bytes,
    .fallible = true,
    .examples = {{"A file", R"(dirname!("/usr/local/bin/x"))", R"("/usr/local/bin")"},
                 {"A slash at the end", R"(dirname!("/usr/local/"))", R"("/usr")"},
                 {"Only a name", R"(dirname!("file"))", R"(".")"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(dirname_function);
}  // namespace engine::vrl
