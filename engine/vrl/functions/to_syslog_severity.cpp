#include <algorithm>

#include "engine/vrl/function.hpp"
#include "engine/vrl/syslog/syslog_names.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    std::string_view name = call.bytes(0);
    name = name == "panic" ? "emerg" : name == "error" ? "err" : name == "warn" ? "warning" : name;
    const auto found = std::ranges::find(syslog_severities, name);
    if (found == syslog_severities.end()) {
        return call.fail("syslog level {} not valid", call.bytes(0));
    }
    return Value::integer(found - syslog_severities.begin());
}

const Function to_syslog_severity_function{
    .name = "to_syslog_severity",
    .category = "Convert",
    .summary = "The code of syslog's severity of this name.",
    .parameters = {required("value", kinds::bytes, "The name; also `panic`, `error` and `warn`.")},
    .returns = kinds::integer,
    .fallible = true,
    .examples = {{"emerg", R"(to_syslog_severity!("emerg"))", R"(0)"},
                 {"error", R"(to_syslog_severity!("error"))", R"(3)"},
                 {"debug", R"(to_syslog_severity!("debug"))", R"(7)"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(to_syslog_severity_function);
}  // namespace engine::vrl
