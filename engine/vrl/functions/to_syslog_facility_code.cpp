#include <algorithm>

#include "engine/vrl/function.hpp"
#include "engine/vrl/syslog/syslog_names.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    const auto found = std::ranges::find(syslog_facilities, call.bytes(0));
    if (found == syslog_facilities.end()) {
        return call.fail("syslog facility '{}' not valid", call.bytes(0));
    }
    return Value::integer(found - syslog_facilities.begin());
}

const Function to_syslog_facility_code_function{
    .name = "to_syslog_facility_code",
    .category = "Convert",
    .summary = "The code of syslog's facility of this name.",
    .parameters = {required("value", kinds::bytes, "The name.")},
    .returns = kinds::integer,
    .fallible = true,
    .examples = {{"kern", R"(to_syslog_facility_code!("kern"))", R"(0)"},
                 {"auth", R"(to_syslog_facility_code!("auth"))", R"(4)"},
                 {"local7", R"(to_syslog_facility_code!("local7"))", R"(23)"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(to_syslog_facility_code_function);
}  // namespace engine::vrl
