#include "engine/vrl/function.hpp"
#include "engine/vrl/text/unix_path.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    const auto components = path_components(call.bytes(0));
    if (components.empty() || components.back() == "/" || components.back() == "." ||
        components.back() == "..") {
        return Value::null();
    }
    return Value::bytes(components.back());
}

const Function basename_function{
    .name = "basename",
    .category = "String",
    .summary = "The last part of a path; null when it has no name.",
    .parameters = {required("value", kinds::bytes, "The path.")},
    .returns = kinds::bytes | kinds::null,
    .fallible = true,
    .examples = {{"A file", R"(basename!("/usr/local/bin/x"))", R"("x")"},
                 {"A slash at the end", R"(basename!("/usr/local/"))", R"("local")"},
                 {"No name", R"(basename!("/a/.."))", "null"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(basename_function);
}  // namespace engine::vrl
