#include "engine/vrl/function.hpp"
#include "engine/vrl/logs/apache_formats.hpp"
#include "engine/vrl/time_argument.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    const std::optional<Value> fields =
        common_log_format().parse(call, call.bytes(0), time_pattern(call, call[1]));
    return fields ? *fields : call.fail("failed parsing common log line");
}

const Function parse_common_log_function{
    .name = "parse_common_log",
    .category = "Parse",
    .summary = "Parses a line of the Common Log Format of web servers.",
    .parameters = {required("value", kinds::bytes, "The line."),
                   optional("timestamp_format", kinds::bytes, "The format of its time.",
                            Value::bytes("%d/%b/%Y:%T %z"))},
    .returns = kinds::object,
    .type = [](const CallTypes&) { return common_log_format().type({}); },
    .fallible = true,
    .examples =
        {{"A line",
          R"(parse_common_log!("::1 - bob [01/Jan/2021:00:00:00 +0000] \"GET / HTTP/1.1\" 200 5"))",
          R"({ "host": "::1", "message": "GET / HTTP/1.1", "method": "GET", "path": "/", "protocol": "HTTP/1.1", "size": 5, "status": 200, "timestamp": t'2021-01-01T00:00:00Z', "user": "bob" })"},
         {"Nothing known", R"(parse_common_log!("- - - - \"-\" - -"))", "{  }"},
         {"Another time format",
          R"(parse_common_log!("- - - [1600000000] \"-\" - 7", timestamp_format: "%s"))",
          R"({ "size": 7, "timestamp": t'2020-09-13T12:26:40Z' })"}},
    .prepare = prepare_time_pattern<1>,
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(parse_common_log_function);
}  // namespace engine::vrl
