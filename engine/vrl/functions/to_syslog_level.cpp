#include "engine/vrl/function.hpp"
#include "engine/vrl/syslog/syslog_names.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    const std::int64_t code = call.integer(0);
    if (code < 0 || code >= static_cast<std::int64_t>(syslog_severities.size())) {
        return call.fail("severity level {} not valid", code);
    }
    return Value::bytes(syslog_severities[static_cast<std::size_t>(code)]);
}

const Function to_syslog_level_function{
    .name = "to_syslog_level",
    .category = "Convert",
    .summary = "The name of syslog's severity with this code.",
    .parameters = {required("value", kinds::integer, "The code.")},
    .returns = kinds::bytes,
    .fallible = true,
    .examples = {{"Code 0", R"(to_syslog_level!(0))", R"("emerg")"},
                 {"Code 4", R"(to_syslog_level!(4))", R"("warning")"},
                 {"Code 7", R"(to_syslog_level!(7))", R"("debug")"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(to_syslog_level_function);
}  // namespace engine::vrl
