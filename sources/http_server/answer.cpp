#include "sources/http_server/answer.hpp"

#include <fmt/format.h>

#include "engine/config/option_type.hpp"

namespace engine::sources::http_server {

namespace {

using telemetry::field;
using telemetry::quoted;

constexpr std::string_view log_target = "engine::sources::http_server";
constexpr std::string_view retry_after_seconds = "1";

void log_unknown_place(const component::RunContext& context, const io::HttpRequest& request,
                       std::string_view message) {
    context.log.error(log_target, message,
                      {quoted("method", request.method), quoted("path", request.path),
                       quoted("error_type", "connection_failed"), quoted("stage", "receiving")});
    context.metrics.error("connection_failed", "receiving");
}

}  // namespace

io::HttpResponse empty_answer(unsigned status) {
    return {status, {}, {}};
}

io::HttpResponse error_answer(unsigned status, std::string_view message) {
    return {status,
            {{"content-type", "application/json"}},
            fmt::format(R"({{"code":{},"message":{}}})", status, config::quote_json(message))};
}

io::HttpResponse bad_request(const component::RunContext& context, const io::HttpRequest& request,
                             unsigned status, std::string_view message) {
    context.log.warn(log_target, "Received bad request.",
                     {quoted("method", request.method), quoted("path", request.path),
                      field("error", std::string(message)),
                      field("error_code", fmt::format("http_response_{}", status)),
                      quoted("error_type", "request_failed"), quoted("error_stage", "receiving"),
                      field("http_code", static_cast<std::int64_t>(status))});
    context.metrics.error("request_failed", "receiving");
    return error_answer(status, message);
}

io::HttpResponse try_later() {
    io::HttpResponse response = error_answer(503, "Events could not be delivered, try again later");
    response.headers.emplace_back("retry-after", retry_after_seconds);
    return response;
}

io::HttpResponse not_allowed(const component::RunContext& context, const io::HttpRequest& request) {
    log_unknown_place(context, request, "HTTP method not allowed.");
    return {405, {{"content-type", "text/plain; charset=utf-8"}}, "HTTP method not allowed"};
}

io::HttpResponse not_found(const component::RunContext& context, const io::HttpRequest& request) {
    log_unknown_place(context, request, "Path not found.");
    return error_answer(404, "Not found");
}

}  // namespace engine::sources::http_server
