#include <unistd.h>

#include "engine/vrl/function.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    char name[256];
    if (gethostname(name, sizeof name) != 0) {
        return call.fail("failed to get hostname");
    }
    name[sizeof name - 1] = '\0';
    return call.text(name);
}

const Function get_hostname{
    .name = "get_hostname",
    .category = "System",
    .summary = "The name of this host.",
    .returns = kinds::bytes,
    .fallible = true,
    .deterministic = false,
    .examples = {{"A string", "is_string(get_hostname!())", "true"},
                 {"Not empty", "length(get_hostname!()) > 0", "true"},
                 {"With a fallback", R"(is_string(get_hostname() ?? "unknown"))", "true"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(get_hostname);
}  // namespace engine::vrl
