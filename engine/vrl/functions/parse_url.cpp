#include "engine/vrl/function.hpp"
#include "engine/vrl/url/form_urlencoded.hpp"
#include "engine/vrl/url/url.hpp"

namespace engine::vrl {
namespace {

Value query_object(Call& call, const Url& url) {
    const auto pairs = parse_form_urlencoded(url.query);
    std::vector<Member> members;
    for (const auto& [key, value] : pairs) {
        members.push_back({key, call.text(value)});
    }
    return object_of(members, call.arena());
}

Value run(Call& call) {
    std::string buffer;
    const auto url = parse_absolute_url(utf8_lossy(call.bytes(0), buffer));
    if (!url) {
        return call.fail("unable to parse url: {}", url.error());
    }
    const auto port = url->port || !call.boolean(1) ? url->port : default_port(url->scheme);
    std::array<Member, 8> members = {
        {{"scheme", call.text(url->scheme)},
         {"username", call.text(url->username)},
         {"password", call.text(url->password)},
         {"host", url->host ? call.text(*url->host) : Value::null()},
         {"port", port ? Value::integer(*port) : Value::null()},
         {"path", call.text(url->path)},
         {"query", query_object(call, *url)},
         {"fragment", url->fragment ? call.text(*url->fragment) : Value::null()}}};
    return object_of(members, call.arena());
}

Type type(const CallTypes&) {
    return Type::object({{"fragment", kinds::bytes | kinds::null},
                         {"host", kinds::bytes},
                         {"password", kinds::bytes},
                         {"path", kinds::bytes | kinds::null},
                         {"port", kinds::integer | kinds::null},
                         {"query", Type::object_of(kinds::bytes)},
                         {"scheme", kinds::bytes},
                         {"username", kinds::bytes}});
}

const Function parse_url_function{
    .name = "parse_url",
    .category = "Parse",
    .summary = "The parts of an absolute URL.",
    .parameters = {required("value", kinds::bytes, "The URL."),
                   optional("default_known_ports", kinds::boolean,
                            "Whether a URL without a port has the port of its scheme.",
                            Value::boolean(false))},
    .returns = kinds::object,
    .type = type,
    .fallible = true,
    .examples =
        {{"A URL", R"(parse_url!("http://a.b:81/c?x=1#f"))",
          R"({ "fragment": "f", "host": "a.b", "password": "", "path": "/c", "port": 81, "query": { "x": "1" }, "scheme": "http", "username": "" })"},
         {"The known port", R"(parse_url!("https://a.b", default_known_ports: true).port)", "443"},
         {"Not absolute", R"(parse_url!("/path"))",
          R"(function call error for "parse_url" at (0:19): unable to parse url: relative URL without a base)"}},
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(parse_url_function);
}  // namespace engine::vrl
