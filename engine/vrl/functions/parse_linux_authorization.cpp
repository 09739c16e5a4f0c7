#include <absl/time/clock.h>

#include "engine/vrl/function.hpp"
#include "engine/vrl/syslog/syslog_object.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    std::string buffer;
    std::string_view text = utf8_lossy(call.bytes(0), buffer);
    if (text.data() == buffer.data()) {
        text = call.arena().copy(text);
    }
    const auto message = parse_syslog_message(text, call.timezone(), absl::Now());
    return message ? syslog_object(*message, call.arena())
                   : call.fail("unable to parse input as valid syslog message");
}

const Function parse_linux_authorization_function{
    .name = "parse_linux_authorization",
    .category = "Parse",
    .summary = "Parses a line of the authorization log that Linux systems keep.",
    .parameters = {required("value", kinds::bytes, "The line.")},
    .returns = kinds::object,
    .type = [](const CallTypes&) { return syslog_type(); },
    .fallible = true,
    .deterministic = false,
    .examples =
        {{"A line", R"(parse_linux_authorization!("Mar 23 01:49:58 host sshd[1]: hi").appname)",
          R"("sshd")"},
         {"RFC 3339", R"(parse_linux_authorization!("2021-03-23T01:49:58+00:00 host sshd[1]: x"))",
          R"({ "appname": "sshd", "hostname": "host", "message": "x", "procid": 1, "timestamp": t'2021-03-23T01:49:58Z' })"},
         {"Another text", R"(parse_linux_authorization!("hello"))",
          R"(function call error for "parse_linux_authorization" at (0:35): unable to parse input as valid syslog message)"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(parse_linux_authorization_function);
}  // namespace engine::vrl
