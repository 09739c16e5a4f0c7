#include <absl/strings/ascii.h>

#include <algorithm>

#include "engine/event/shape.hpp"
#include "engine/vrl/function.hpp"
#include "engine/vrl/network/http_exchange.hpp"

namespace engine::vrl {
namespace {

/// Headers of which error messages do not show the value.
constexpr std::array<std::string_view, 8> sensitive_headers = {
    "authorization", "proxy-authorization", "cookie",      "set-cookie", "x-api-key",
    "api-key",       "x-auth-token",        "x-csrf-token"};

bool is_token(std::string_view text) {
    constexpr std::string_view others = "!#$%&'*+-.^_`|~";
    return !text.empty() && std::ranges::all_of(text, [&](char c) {
        return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
               others.find(c) != std::string_view::npos;
    });
}

bool is_field_value(std::string_view text) {
    return std::ranges::none_of(text, [](char c) {
        return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
    });
}

/// The headers as error messages show them.
std::string shown(const Value& headers, bool redacts, Call& call) {
    if (!headers.is_object()) {
        return "{  }";
    }
    std::vector<Member> members;
    const ObjectNode& object = headers.as_object();
    for (std::uint32_t i = 0; i < object.size(); ++i) {
        const std::string_view key = object.shape->keys()[i];
        const std::string lower = absl::AsciiStrToLower({key.data(), key.size()});
        const bool is_hidden =
            redacts && std::ranges::find(sensitive_headers, lower) != sensitive_headers.end();
        members.push_back({key, is_hidden ? Value::bytes("***") : object.values[i]});
    }
    return display(object_of(members, call.arena()));
}

std::unexpected<CompileError> invalid_proxy() {
    return std::unexpected(
        CompileError{.code = 0, .message = "Invalid proxy: builder error", .is_documented = false});
}

Prepared prepare(Preparation& call) {
    for (const std::size_t index : {4U, 5U}) {
        if (call.given(index) && call.constant(index) && call.constant(index)->is_bytes() &&
            !io::parse_proxy(call.constant(index)->as_bytes())) {
            return invalid_proxy();
        }
    }
    return nullptr;
}

/// Adds the headers; the error's text where one can't be sent.
std::string add_headers(const Value& headers, HttpExchange& exchange) {
    if (!headers.is_object()) {
        return {};
    }
    const ObjectNode& object = headers.as_object();
    for (std::uint32_t i = 0; i < object.size(); ++i) {
        const std::string_view key = object.shape->keys()[i];
        const Value& value = object.values[i];
        if (!is_token(key)) {
            return fmt::format("Invalid header name: {}", key);
        }
        if (!value.is_bytes() || !is_field_value(value.as_bytes())) {
            return fmt::format("Invalid value of header: {}", key);
        }
        exchange.headers.emplace_back(key, value.as_bytes());
    }
    return {};
}

Value run(Call& call) {
    HttpExchange exchange;
    exchange.url = call.bytes(0);
    const std::string_view method = call.bytes(1);
    if (!is_token(method)) {
        return call.fail("Unsupported HTTP method: {}", method);
    }
    exchange.method = absl::AsciiStrToUpper({method.data(), method.size()});
    const Value headers = call.given(2) ? call[2] : Value::null();
    if (const std::string error = add_headers(headers, exchange); !error.empty()) {
        return call.fail("{}", error);
    }
    const Value body = call.given(3) ? call[3] : Value::bytes("");
    exchange.body = body.as_bytes();
    for (const std::size_t index : {4U, 5U}) {
        if (call.given(index)) {
            if (!io::parse_proxy(call.bytes(index))) {
                return call.fail("Invalid proxy: builder error");
            }
            (index == 4 ? exchange.proxy.http : exchange.proxy.https) = call.bytes(index);
        }
    }
    const auto answer = exchange_http(exchange);
    if (!answer) {
        return call.fail("HTTP request failed: {} (url: {}, method: {}, headers: {})",
                         answer.error(), exchange.url, exchange.method,
                         shown(headers, call.boolean(6), call));
    }
    std::string buffer;
    return call.text(utf8_lossy(*answer, buffer));
}

const Function http_request_function{
    .name = "http_request",
    .category = "System",
    .summary =
        "The body of the answer to an HTTP request, whatever its status. Blocks the worker "
        "until it is there, ten seconds at most.",
    .parameters = {required("url", kinds::bytes, "The URL, http or https."),
                   optional("method", kinds::bytes, "The method, in any case.",
                            Value::bytes("get")),
                   optional("headers", kinds::object, "Headers to send: texts by name."),
                   optional("body", kinds::bytes, "The body to send."),
                   optional("http_proxy", kinds::bytes, "URL of the proxy for http."),
                   optional("https_proxy", kinds::bytes, "URL of the proxy for https."),
                   optional("redact_headers", kinds::boolean,
                            "Whether errors hide the values of headers that may hold secrets.",
                            Value::boolean(true))},
    .returns = kinds::bytes,
    .fallible = true,
    .deterministic = false,
    .examples =
        {{"Not a URL", R"(http_request!("not a url"))",
          R"(function call error for "http_request" at (0:26): HTTP request failed: builder error )"
          R"((url: not a url, method: GET, headers: {  }))"},
         {"Hidden values", R"(http_request!("x", "put", {"authorization": "secret", "a": "b"}))",
          R"(function call error for "http_request" at (0:64): HTTP request failed: builder error )"
          R"((url: x, method: PUT, headers: { "a": "b", "authorization": "***" }))"},
         {"No server", R"(http_request("http://127.0.0.1:1/") ?? "none")", R"("none")"}},
    .prepare = prepare,
    .run = run,
};

}  // namespace
ENGINE_REGISTER_FUNCTION(http_request_function);
}  // namespace engine::vrl
