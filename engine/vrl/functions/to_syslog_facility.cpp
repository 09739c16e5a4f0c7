#include "engine/vrl/function.hpp"
#include "engine/vrl/syslog/syslog_names.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    const std::int64_t code = call.integer(0);
    if (code < 0 || code >= static_cast<std::int64_t>(syslog_facilities.size())) {
        return call.fail("facility code {} not valid", code);
    }
    return Value::bytes(syslog_facilities[static_cast<std::size_t>(code)]);
}

const Function to_syslog_facility_function{
    .name = "to_syslog_facility",
    .category = "Convert",
    .summary = "The name of syslog's facility with this code.",
    .parameters = {required("value", kinds::integer, "The code.")},
    .returns = kinds::bytes,
    .fallible = true,
    .examples = {{"Code 0", R"(to_syslog_facility!(0))", R"("kern")"},
                 {"Code 4", R"(to_syslog_facility!(4))", R"("auth")"},
                 {"Code 16", R"(to_syslog_facility!(16))", R"("local0")"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(to_syslog_facility_function);
}  // namespace engine::vrl
