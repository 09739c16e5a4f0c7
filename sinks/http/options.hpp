#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/codec/compression.hpp"
#include "engine/codec/encoding_options.hpp"
#include "engine/config/global_options.hpp"
#include "engine/config/options.hpp"
#include "engine/config/shared_options.hpp"
#include "engine/delivery/request_options.hpp"
#include "engine/io/tls.hpp"

namespace engine::sinks::http {

struct BasicAuth {
    std::string user;
    std::string password;
};
struct BearerAuth {
    std::string token;
};
struct CustomAuth {
    std::string value;
};
/// Signing for AWS is known, so that its message can say what is missing.
struct AwsAuth {};
using Auth = std::variant<BasicAuth, BearerAuth, CustomAuth, AwsAuth>;

enum class Mode : std::uint8_t { Forward };
enum class PathMode : std::uint8_t { Append, Ignore };
enum class PassHost : std::uint8_t { Node, Pass };

/// What happens to the headers of requests that are sent on.
struct ForwardedHeaders {
    std::map<std::string, config::Located<std::string>> set;
    std::vector<std::string> remove;
};

/// Options of the `http` sink.
struct Options {
    config::Located<std::string> uri;
    std::string method = "POST";
    std::optional<config::Located<Auth>> auth;
    std::optional<EncodingOptions> encoding;
    std::optional<EventFramingOptions> framing;
    std::string payload_prefix;
    std::string payload_suffix;
    Compression compression;
    delivery::BatchLimits batch;
    delivery::DeliveryOptions delivery;
    std::optional<io::TlsOptions> tls;
    config::ProxyOptions proxy;
    config::HealthcheckOptions healthcheck;
    config::AcknowledgementsOptions acknowledgements;
    bool dangerously_allow_unconfined_template_resolution = false;
    // Forward mode
    std::optional<Mode> mode;
    PathMode path_mode = PathMode::Append;
    PassHost pass_host = PassHost::Node;
    ForwardedHeaders headers;
    std::optional<config::Located<std::string>> order_by;
    std::optional<config::Located<std::string>> fallback;
    // Of a later release: its reader refuses it
    config::Node upstream;

    [[nodiscard]] bool forwards() const { return !encoding || mode.has_value(); }
};

[[nodiscard]] config::OptionTable<Options> options();

}  // namespace engine::sinks::http
