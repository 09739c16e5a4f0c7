#include "engine/vrl/encoding/base64.hpp"
#include "engine/vrl/function.hpp"
#include "engine/vrl/network/dnstap.hpp"

namespace engine::vrl {
namespace {

Value run(Call& call) {
    const auto frame = base64_decoded(call.bytes(0), *base64_alphabet("standard"), call.arena());
    if (!frame) {
        return call.fail("unable to decode value from base64");
    }
    const DnsNameForm names{.trailing_dot = true, .lowercase = call.boolean(1)};
    const auto object = dnstap_object(*frame, names, call.arena());
    return object ? *object : call.fail("{}", object.error());
}

const Function parse_dnstap_function{
    .name = "parse_dnstap",
    .category = "Parse",
    .summary = "Parses a dnstap frame: who sent a DNS message to whom and when, and the message.",
    .parameters = {required("value", kinds::bytes, "The frame (protobuf), in Base64."),
                   optional("lowercase_hostnames", kinds::boolean,
                            "Whether names of domains are written in lower case.",
                            Value::boolean(false))},
    .returns = kinds::object,
    .fallible = true,
    .examples = {{"A query", R"(parse_dnstap!("cgIIBXgB").messageType)", R"("ClientQuery")"},
                 {"Its address", R"(parse_dnstap!("cggIBiIEfwAAAXgB").sourceAddress)",
                  R"("127.0.0.1")"},
                 {"No frame", R"(parse_dnstap("AAAA") ?? "none")", R"("none")"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(parse_dnstap_function);
}  // namespace engine::vrl
