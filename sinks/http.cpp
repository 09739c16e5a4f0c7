#include "sinks/http/destination.hpp"
#include "sinks/http/http_sink.hpp"
#include "sinks/http/options.hpp"

namespace engine::sinks::http {
namespace {

std::unique_ptr<component::Sink> build(Options options, component::BuildContext& context) {
    auto destination = DestinationTemplate::compile(options, context);
    if (!destination) {
        return nullptr;
    }
    if (options.healthcheck.uri) {
        if (const auto uri = delivery::Uri::parse(*options.healthcheck.uri); !uri) {
            context.problems.error(options.uri.location,
                                   "`healthcheck.uri`: " + uri.error().message);
            return nullptr;
        }
    }
    return options.forwards()
               ? build_forward_sink(std::move(options), std::move(destination), context)
               : build_events_sink(std::move(options), std::move(destination), context);
}

config::ComponentShape shape(const Options& options) {
    config::ComponentShape shape;
    shape.outputs.push_back({.name = "rejected", .optional = true});
    shape.outputs.push_back({.name = "fallback", .optional = true, .internal = true});
    shape.fallback = options.fallback;
    return shape;
}

}  // namespace
}  // namespace engine::sinks::http

ENGINE_REGISTER_SINK(engine::sinks::http::Options,
                     {.type = "http",
                      .summary = "Sends events, or received requests, to an HTTP server.",
                      .options = engine::sinks::http::options,
                      .build = engine::sinks::http::build,
                      .shape = engine::sinks::http::shape})
