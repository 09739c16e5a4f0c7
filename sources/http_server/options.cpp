#include "sources/http_server/options.hpp"

#include "engine/codec/codec_options.hpp"
#include "engine/component/source_decoding.hpp"
#include "engine/component/tls_options.hpp"
#include "engine/event/path.hpp"
#include "engine/io/address.hpp"

namespace engine::sources::http_server {

namespace {

using config::Node;
using config::optional;
using config::OptionContext;
using config::OptionTable;
using config::required;
using config::Type;

Type<std::string> socket_address() {
    auto type = config::parsed<std::string>([](const std::string& text) -> Result<std::string> {
        ENGINE_TRY(io::parse_socket_address(text));
        return text;
    });
    type.show = config::type_of<std::string>().show;
    return type;
}

/// A field's path; empty for none.
Type<std::string> field_path() {
    auto type = config::parsed<std::string>([](const std::string& text) -> Result<std::string> {
        if (!text.empty()) {
            ENGINE_TRY(Path::parse(text));
        }
        return text;
    });
    type.show = config::type_of<std::string>().show;
    return type;
}

Type<std::string> method() {
    return config::choice<std::string>({{"HEAD", "HEAD", ""},
                                        {"GET", "GET", ""},
                                        {"PUT", "PUT", ""},
                                        {"POST", "POST", ""},
                                        {"PATCH", "PATCH", ""},
                                        {"DELETE", "DELETE", ""},
                                        {"OPTIONS", "OPTIONS", ""},
                                        {any_method, any_method, "Every method."}});
}

Type<std::uint16_t> status_code() {
    auto type = config::type_of<std::uint16_t>();
    type.read = [](const Node& node, std::uint16_t& value, OptionContext& context) {
        if (!node.is(Node::Kind::Integer)) {
            return context.wrong_type(node, "u16");
        }
        if (node.as_integer() < 100 || node.as_integer() > 999) {
            return context.wrong_value(node, "valid status code");
        }
        value = static_cast<std::uint16_t>(node.as_integer());
        return true;
    };
    return type;
}

Type<Auth> auth() {
    const OptionTable<BasicAuth> basic{
        required("username", &BasicAuth::username, "The user that clients must name."),
        required("password", &BasicAuth::password, "The user's password."),
    };
    const OptionTable<CustomAuth> custom{
        required("source", &CustomAuth::source,
                 "A VRL program that is true when the request may enter. It sees `.headers`, "
                 "`.path` and `.address`."),
    };
    return config::tagged<Auth>("strategy",
                                {config::form<Auth>("basic", "One user and password.", basic),
                                 config::form<Auth>("custom", "A VRL condition.", custom)},
                                {.word_alone = false, .default_form = "basic"});
}

OptionTable<Keepalive> keepalive() {
    return {
        optional("max_connection_age_secs", &Keepalive::max_connection_age,
                 "Age at which a connection is closed with its next answer; 0 is never.",
                 config::in_seconds<std::chrono::seconds>()),
        optional("max_connection_age_jitter_factor", &Keepalive::max_connection_age_jitter,
                 "Part of that age by which connections differ, so that they do not all close at "
                 "once.")
            .min(0)
            .max(1),
    };
}

Type<ResponseMode> response_mode() {
    auto type = config::choice<ResponseMode>(
        {{"accept", ResponseMode::Accept, "When the events have been taken over."}});
    type.read = [read = std::move(type.read)](const Node& node, ResponseMode& value,
                                              OptionContext& context) {
        if (node.is(Node::Kind::String) && node.as_string() == "proxy") {
            context.error(node.location(), "the response mode `proxy` is not in this build",
                          "leave `response_mode` out to answer when the request has been stored");
            return false;
        }
        return read(node, value, context);
    };
    return type;
}

void check(const Options& options, const Node& table, OptionContext& context) {
    component::check_decoding(options.decoding, options.framing, table, context);
}

}  // namespace

OptionTable<Options> options() {
    using O = Options;
    OptionTable<O> table{
        required("address", &O::address, "Where to listen.", socket_address())
            .example("\"0.0.0.0:8080\""),
        optional("path", &O::path, "Path that requests must have."),
        optional("strict_path", &O::strict_path, "Whether paths below `path` are refused."),
        optional("method", &O::method, "Method that requests must have.", method()),
        optional("path_key", &O::path_key, "Field for the request's path; none when empty.",
                 field_path()),
        optional("host_key", &O::host_key, "Field for the client's address; none when empty.",
                 field_path()),
        optional("headers", &O::headers,
                 "Headers to add to events as fields, by name or pattern (`x-*`)."),
        optional("query_parameters", &O::query_parameters,
                 "Query parameters to add to events as fields, by name or pattern."),
        optional("response_code", &O::response_code, "Status of the answer to accepted requests.",
                 status_code()),
        optional("auth", &O::auth, "Who may send.", auth()),
        optional("decoding", &O::decoding, "How events are made of frames.", decoding_options()),
        optional("framing", &O::framing, "How frames are told apart.", framing_options()),
        optional("on_decode_error", &O::on_decode_error,
                 "What an undecodable frame means for its request.",
                 config::choice<OnDecodeError>({
                     {"reject", OnDecodeError::Reject, "All of it is refused, with status 400."},
                     {"skip", OnDecodeError::Skip, "The others are taken; it is counted."},
                 })),
        optional("response_mode", &O::response_mode, "When the answer is given.", response_mode()),
        optional("keepalive", &O::keepalive, "How long connections live.", keepalive()),
        optional("tls", &O::tls, "Encryption.", component::tls_options()),
        optional("log_namespace", &O::log_namespace,
                 "Whether what the source knows goes to the metadata, not into the event."),
        optional("encoding", &O::encoding, "Older name of `decoding`, without effect.",
                 config::choice<BodyEncoding>({{"text", BodyEncoding::Text, ""},
                                               {"ndjson", BodyEncoding::Ndjson, ""},
                                               {"json", BodyEncoding::Json, ""},
                                               {"binary", BodyEncoding::Binary, ""}}))
            .deprecated("it has no effect: use `decoding` and `framing`"),
        optional("acknowledgements", &O::acknowledgements, "Whether answers wait for delivery.",
                 config::acknowledgements())
            .deprecated("enable `acknowledgements` on the sinks instead"),
    };
    return table.tolerate_unknown().check(check);
}

}  // namespace engine::sources::http_server
