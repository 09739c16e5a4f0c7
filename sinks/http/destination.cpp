#include "sinks/http/destination.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "engine/io/http_message.hpp"

namespace engine::sinks::http {

namespace {

using delivery::Uri;

/// Between the parts of a key: no rendered text has it, as none of them may hold control
/// characters.
constexpr char separator = '\0';

std::string authorization_of(const Auth& auth) {
    if (const auto* basic = std::get_if<BasicAuth>(&auth)) {
        return "Basic " + delivery::encode_base64(basic->user + ":" + basic->password);
    }
    if (const auto* bearer = std::get_if<BearerAuth>(&auth)) {
        return "Bearer " + bearer->token;
    }
    return std::get<CustomAuth>(auth).value;
}

/// The template with each field and time as one control character, which no literal has.
constexpr char rendered_part = '\1';
std::string outline_of(std::string_view source) {
    std::string outline;
    for (std::size_t i = 0; i < source.size(); ++i) {
        const std::string_view rest = source.substr(i);
        const std::size_t end = rest.starts_with("{{") ? rest.find("}}") : std::string_view::npos;
        if (end != std::string_view::npos) {
            outline += rendered_part;
            i += end + 1;
        } else if (rest.size() > 1 && rest[0] == '%' &&
                   std::isalpha(static_cast<unsigned char>(rest[1])) != 0) {
            outline += rendered_part;
            ++i;
        } else {
            outline += rest[0];
        }
    }
    return outline;
}

}  // namespace

void remove_header(Headers& headers, std::string_view name) {
    std::erase_if(headers,
                  [name](const auto& header) { return io::same_header_name(header.first, name); });
}

void set_header(Headers& headers, std::string_view name, std::string value) {
    remove_header(headers, name);
    headers.emplace_back(name, std::move(value));
}

std::string* find_header(Headers& headers, std::string_view name) {
    const auto found = std::ranges::find_if(
        headers, [name](const auto& header) { return io::same_header_name(header.first, name); });
    return found == headers.end() ? nullptr : &found->second;
}

std::unique_ptr<const DestinationTemplate> DestinationTemplate::compile(
    const Options& options, component::BuildContext& context) {
    auto result = std::make_unique<DestinationTemplate>();
    result->confined_ = !options.dangerously_allow_unconfined_template_resolution;
    const std::size_t errors = context.problems.errors();
    const auto compile = [&context](const config::Located<std::string>& source) {
        return vrl::Template::compile(source, vrl::TemplateScope::Event, context.globals,
                                      context.problems);
    };
    result->uri_ = compile(options.uri);
    for (const auto& [name, source] : options.delivery.request.headers) {
        if (auto value = compile(source)) {
            result->is_constant_ &= !value->is_dynamic();
            if (!value->is_dynamic() && !delivery::is_header_value(source.value)) {
                context.problems.error(source.location, "invalid HTTP header value");
            }
            result->headers_.emplace_back(name, *std::move(value));
        }
    }
    if (context.problems.errors() > errors) {
        return nullptr;
    }
    if (options.auth) {
        result->authorization_ = authorization_of(options.auth->value);
    }
    result->is_constant_ &= !result->uri_->is_dynamic();
    if (!result->uri_->is_dynamic()) {
        const Result<Uri> uri = Uri::parse(options.uri.value);
        if (!uri) {
            context.problems.error(options.uri.location, uri.error().message);
            return nullptr;
        }
        if (uri->has_credentials && options.auth) {
            context.problems.error(options.auth->location,
                                   "Two authorization credentials was provided.",
                                   "`uri` has a user and password too");
            return nullptr;
        }
    }
    result->derive_confinement();
    return result;
}

void DestinationTemplate::derive_confinement() {
    const std::string outline = outline_of(uri_->source());
    const std::size_t scheme = outline.find("://");
    if (scheme == std::string::npos || outline.find(rendered_part) < scheme) {
        return;
    }
    confinement_.scheme_prefix = outline.substr(0, scheme + 3);
    const std::size_t begin = scheme + 3;
    const std::size_t end = outline.find_first_of("/?#", begin);
    const std::string authority =
        outline.substr(begin, end == std::string::npos ? end : end - begin);
    confinement_.closed = end != std::string::npos;
    const std::size_t first = authority.find(rendered_part);
    confinement_.whole = first == std::string::npos;
    confinement_.authority_prefix = authority.substr(0, first);
    if (!confinement_.whole && confinement_.closed) {
        confinement_.authority_suffix = authority.substr(authority.rfind(rendered_part) + 1);
    }
}

std::optional<std::string> DestinationTemplate::violation(std::string_view rendered) const {
    const std::string& scheme = confinement_.scheme_prefix;
    if (scheme.empty()) {
        return std::nullopt;
    }
    if (!rendered.starts_with(scheme)) {
        return "has another scheme than its template";
    }
    std::string_view authority = rendered.substr(scheme.size());
    authority = authority.substr(0, authority.find_first_of("/?#\\"));
    const bool kept =
        // Without a literal end, a field may add to the host: it must then begin with a slash.
        confinement_.whole || !confinement_.closed
            ? confinement_.authority_prefix.empty() || authority == confinement_.authority_prefix
            : authority.starts_with(confinement_.authority_prefix) &&
                  authority.ends_with(confinement_.authority_suffix) &&
                  authority.size() >=
                      confinement_.authority_prefix.size() + confinement_.authority_suffix.size() &&
                  authority.substr(confinement_.authority_prefix.size()).find('@') ==
                      std::string_view::npos;
    if (!kept) {
        return "has another host than its template";
    }
    return std::nullopt;
}

bool DestinationTemplate::reads_request() const {
    return uri_->reads_request() || std::ranges::any_of(headers_, [](const auto& header) {
               return header.second.reads_request();
           });
}

std::optional<DestinationError> DestinationTemplate::render_key(const Batch& batch,
                                                                std::size_t index,
                                                                std::string& key) const {
    using Kind = DestinationError::Kind;
    const std::size_t begin = key.size();
    if (const auto done = uri_->render(batch, index, key); !done) {
        return DestinationError{Kind::Template, "uri", done.error().message};
    }
    const std::string_view rendered = std::string_view(key).substr(begin);
    if (uri_->is_dynamic()) {
        std::optional<std::string> problem = confined_ ? violation(rendered) : std::nullopt;
        const Result<Uri> uri = Uri::parse(rendered);
        if (!uri) {
            problem = "is not a valid URI";
        } else if (!problem && confined_ && delivery::has_parent_segment(uri->path)) {
            problem = "contains a `..` path segment";
        }
        if (problem) {
            return DestinationError{
                Kind::Confinement, "uri",
                fmt::format("rendered value ({} bytes, preview \"{}\") confined: rendered value "
                            "\"{}\" {}",
                            rendered.size(), rendered.substr(0, 64), rendered, *problem)};
        }
    }
    for (const auto& [name, value] : headers_) {
        key += separator;
        const std::size_t value_begin = key.size();
        if (const auto done = value.render(batch, index, key); !done) {
            return DestinationError{Kind::Template, "headers", done.error().message};
        }
        if (!delivery::is_header_value(std::string_view(key).substr(value_begin))) {
            return DestinationError{
                Kind::Header, "headers",
                fmt::format("the value of `{}` has characters that no header may have", name)};
        }
    }
    return std::nullopt;
}

Destination DestinationTemplate::resolve(std::string_view key) const {
    Destination destination;
    std::size_t end = key.find(separator);
    destination.uri = *Uri::parse(key.substr(0, end));
    for (const auto& [name, value] : headers_) {
        key.remove_prefix(end + 1);
        end = std::min(key.find(separator), key.size());
        destination.headers.emplace_back(name, key.substr(0, end));
    }
    return destination;
}

std::string DestinationTemplate::authorization(const Uri& uri) const {
    if (authorization_.empty() && uri.has_credentials) {
        return "Basic " + delivery::encode_base64(uri.user + ":" + uri.password);
    }
    return authorization_;
}

}  // namespace engine::sinks::http
