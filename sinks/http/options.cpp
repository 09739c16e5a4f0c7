#include "sinks/http/options.hpp"

#include <fmt/format.h>

#include <array>

#include "engine/codec/codec_options.hpp"
#include "engine/component/tls_options.hpp"
#include "engine/delivery/compression_option.hpp"
#include "engine/delivery/uri.hpp"

namespace engine::sinks::http {

namespace {

using config::choice;
using config::form;
using config::Node;
using config::optional;
using config::OptionContext;
using config::OptionTable;
using config::required;
using config::Type;

OptionTable<AwsAuth> aws_options() {
    OptionTable<AwsAuth> table;
    table.check([](const AwsAuth&, const Node& node, OptionContext& context) {
        context.error(node.find("strategy")->value.location(),
                      "the strategy `aws` is not supported by this build");
    });
    return table.tolerate_unknown();
}

Type<Auth> auth() {
    return config::tagged<Auth>(
        "strategy",
        {form<Auth>("basic", "User and password.",
                    OptionTable<BasicAuth>{
                        required("user", &BasicAuth::user, "The user."),
                        required("password", &BasicAuth::password, "The password; may be empty.")}),
         form<Auth>("bearer", "A token.",
                    OptionTable<BearerAuth>{required("token", &BearerAuth::token, "The token.")}),
         form<Auth>(
             "custom", "Any value of the Authorization header.",
             OptionTable<CustomAuth>{required("value", &CustomAuth::value, "The header's value.")}),
         form<Auth>("aws", "Signatures of AWS: not in this build.", aws_options())});
}

Type<std::string> method() {
    const auto verb = [](const char* name, const char* value) {
        return config::ChoiceOf<std::string>{name, value, {}};
    };
    return choice<std::string>({verb("get", "GET"), verb("head", "HEAD"), verb("post", "POST"),
                                verb("put", "PUT"), verb("delete", "DELETE"),
                                verb("options", "OPTIONS"), verb("trace", "TRACE"),
                                verb("patch", "PATCH")});
}

Type<PassHost> pass_host() {
    auto type = choice<PassHost>({{"node", PassHost::Node, "The host of `uri`."},
                                  {"pass", PassHost::Pass, "The host that the client asked for."}});
    type.read = [read = std::move(type.read)](const Node& node, PassHost& value,
                                              OptionContext& context) {
        if (node.is(Node::Kind::String) && node.as_string() == "rewrite") {
            context.error(node.location(),
                          "`rewrite` needs `upstream`, which is not supported by "
                          "this build yet");
            return false;
        }
        return read(node, value, context);
    };
    return type;
}

OptionTable<ForwardedHeaders> forwarded_headers() {
    return {
        optional("set", &ForwardedHeaders::set,
                 "Headers that replace those received; values are templates."),
        optional("remove", &ForwardedHeaders::remove, "Headers that are not sent on."),
    };
}

constexpr std::array<std::string_view, 7> events_only{
    "encoding", "framing", "batch", "compression", "method", "payload_prefix", "payload_suffix"};
constexpr std::array<std::string_view, 4> forward_only{"path_mode", "pass_host", "headers",
                                                       "order_by"};

void check_mode(const Options& options, const Node& table, OptionContext& context) {
    for (const std::string_view name : events_only) {
        const Node::Entry* entry = table.find(name);
        if (options.forwards() && entry != nullptr) {
            context.error(entry->key_location,
                          fmt::format("`{}` does not apply to forward mode", name),
                          options.mode ? "`mode = \"forward\"` sends requests as they came"
                                       : "without `encoding` the sink sends received requests on");
        }
    }
    for (const std::string_view name : forward_only) {
        const Node::Entry* entry = table.find(name);
        if (!options.forwards() && entry != nullptr) {
            context.error(entry->key_location,
                          fmt::format("`{}` applies to forward mode only", name),
                          "the sink encodes events: leave `encoding` out to send requests on");
        }
    }
}

void check_header_names(const Node& table, std::string_view key, OptionContext& context) {
    const Node::Entry* headers = table.find(key);
    if (headers == nullptr || !headers->value.is(Node::Kind::Table)) {
        return;
    }
    for (const Node::Entry& header : headers->value.entries()) {
        if (!delivery::is_header_name(header.key)) {
            context.error(header.key_location,
                          fmt::format("invalid HTTP header name `{}`", header.key));
        }
    }
}

void check(const Options& options, const Node& table, OptionContext& context) {
    check_mode(options, table, context);
    if (const Node::Entry* request = table.find("request")) {
        check_header_names(request->value, "headers", context);
    }
    if (const Node::Entry* headers = table.find("headers")) {
        check_header_names(headers->value, "set", context);
    }
}

/// An option of a later release: naming it is an error that says so.
Type<Node> not_in_this_build(std::string_view name) {
    auto type = config::type_of<Node>();
    type.read = [name](const Node& node, Node&, OptionContext& context) {
        context.error(node.location(),
                      fmt::format("`{}` is not supported by this build yet", name));
        return false;
    };
    return type;
}

}  // namespace

OptionTable<Options> options() {
    using O = Options;
    OptionTable<O> table{
        required("uri", &O::uri, "Where to send; a template.")
            .non_empty()
            .example("\"https://10.22.212.22:9000/endpoint\""),
        optional("method", &O::method, "Method of the requests.", method()),
        optional("auth", &O::auth, "How the sink proves who it is.", auth()),
        optional("encoding", &O::encoding,
                 "How events become bytes; without it the sink sends received requests on.",
                 encoding_options()),
        optional("framing", &O::framing, "What stands between events.", event_framing_options()),
        optional("payload_prefix", &O::payload_prefix, "Text before the JSON array of a body."),
        optional("payload_suffix", &O::payload_suffix, "Text behind the JSON array of a body."),
        optional("compression", &O::compression, "Compression of bodies.",
                 delivery::compression_option()),
        optional("batch", &O::batch, "How many events share a request.", delivery::batch_options()),
        config::flattened(&O::delivery, delivery::delivery_options()),
        optional("tls", &O::tls, "Encryption of https connections.", component::tls_options()),
        optional("proxy", &O::proxy, "Proxies of its requests.",
                 delivery::reported_elsewhere(config::proxy_options().type())),
        optional("healthcheck", &O::healthcheck, "Check of the destination at start.",
                 delivery::reported_elsewhere(config::healthcheck())),
        optional("acknowledgements", &O::acknowledgements,
                 "Whether sources wait until events are delivered.", config::acknowledgements()),
        optional("dangerously_allow_unconfined_template_resolution",
                 &O::dangerously_allow_unconfined_template_resolution,
                 "Events may choose scheme and host of `uri`, and `..` in its path."),
        optional("mode", &O::mode, "How the sink works when `encoding` does not say.",
                 choice<Mode>({{"forward", Mode::Forward, "Received requests are sent on."}})),
        optional(
            "path_mode", &O::path_mode, "Forward mode: what the received path is for.",
            choice<PathMode>({{"append", PathMode::Append, "It is appended to the path of `uri`."},
                              {"ignore", PathMode::Ignore, "Nothing: `uri` has the path."}})),
        optional("pass_host", &O::pass_host, "Forward mode: the Host header.", pass_host()),
        optional("headers", &O::headers, "Forward mode: changes to headers.", forwarded_headers()),
        optional("order_by", &O::order_by,
                 "Forward mode: requests for which this template gives the same text are sent one "
                 "after the other; the partition key by default."),
        optional("upstream", &O::upstream, "Several destinations: not in this build.",
                 not_in_this_build("upstream")),
        optional("fallback", &O::fallback,
                 "The sink that takes events while the destination is out of reach."),
    };
    table.check(check);
    return table;
}

}  // namespace engine::sinks::http
