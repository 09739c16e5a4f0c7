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

const Function parse_syslog_function{
    .name = "parse_syslog",
    .category = "Parse",
    .summary = "Parses a syslog message of RFC 5424 or RFC 3164.",
    .parameters = {required("value", kinds::bytes, "The message.")},
    .returns = kinds::object,
    .type = [](const CallTypes&) { return syslog_type(); },
    .fallible = true,
    .deterministic = false,
    .examples =
        {{"RFC 5424", R"(parse_syslog!("<13>1 2020-03-13T20:45:38Z host app 7 - - Hello"))",
          R"({ "appname": "app", "facility": "user", "hostname": "host", "message": "Hello", "procid": 7, "severity": "notice", "timestamp": t'2020-03-13T20:45:38Z', "version": 1 })"},
         {"RFC 3164", R"(parse_syslog!("<34>Oct 11 2021 22:14:15 host su: failed"))",
          R"({ "appname": "su", "facility": "auth", "hostname": "host", "message": "failed", "severity": "crit", "timestamp": t'2021-10-11T22:14:15Z' })"},
         {"Another text", R"(parse_syslog!("hello"))",
          R"(function call error for "parse_syslog" at (0:22): unable to parse input as valid syslog message)"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(parse_syslog_function);
}  // namespace engine::vrl
