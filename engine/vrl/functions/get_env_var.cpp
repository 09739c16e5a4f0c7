#include <cstdlib>

#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    const std::string name(call.bytes(0));
    const bool is_possible = !name.empty() && name.find('=') == std::string::npos &&
                             name.find('\0') == std::string::npos;
    const char* const text = is_possible ? std::getenv(name.c_str()) : nullptr;
    return text != nullptr ? call.text(text) : call.fail("environment variable not found");
}

const Function get_env_var{
    .name = "get_env_var",
    .category = "System",
    .summary = "The value of an environment variable of the process.",
    .parameters = {required("name", kinds::bytes, "The variable's name.")},
    .returns = kinds::bytes,
    .fallible = true,
    .deterministic = false,
    .examples = {{"A missing one", R"(get_env_var("NO_SUCH_VARIABLE_HERE") ?? "none")",
                  R"("none")"},
                 {"No name", R"(get_env_var("") ?? "none")", R"("none")"},
                 {"An impossible name", R"(get_env_var("A=B") ?? "none")", R"("none")"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(get_env_var);
}  // namespace engine::vrl
