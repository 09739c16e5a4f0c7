#include "sources/http_server/request_fields.hpp"

#include <algorithm>
#include <list>

namespace engine::sources::http_server {

namespace {

constexpr std::string_view source_type = "http_server";

std::string lower_case(std::string_view text) {
    std::string lower(text);
    std::ranges::transform(lower, lower.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return lower;
}

int hex_digit(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    const char lower = static_cast<char>(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::string form_decoded(std::string_view text) {
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool escape = text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 &&
                            hex_digit(text[i + 2]) >= 0;
        if (escape) {
            decoded += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
            i += 2;
        } else {
            decoded += text[i] == '+' ? ' ' : text[i];
        }
    }
    return decoded;
}

/// A path of one field, whatever characters its name has.
Path field_named(std::string_view name) {
    Path path;
    path.segments.emplace_back(std::string(name));
    return path;
}

}  // namespace

bool matches_wildcard(std::string_view pattern, std::string_view text) {
    std::size_t p = 0;
    std::size_t t = 0;
    std::size_t star = std::string_view::npos;
    std::size_t resume_at = 0;
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            resume_at = t;
        } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
            ++p;
            ++t;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            t = ++resume_at;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

std::vector<QueryParameter> parse_query(std::string_view query) {
    std::vector<QueryParameter> parameters;
    while (!query.empty()) {
        const std::string_view pair = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(query.size(), pair.size() + 1));
        if (pair.empty()) {
            continue;
        }
        const std::size_t equals = pair.find('=');
        parameters.push_back(
            {form_decoded(pair.substr(0, equals)),
             equals == std::string_view::npos ? "" : form_decoded(pair.substr(equals + 1))});
    }
    return parameters;
}

/// Values of one request, made once in the batch's arena for all of its events.
class RequestFields::Collector {
public:
    explicit Collector(Arena& arena) : arena_(arena) {}

    void add(const std::optional<Path>& path, const std::vector<PathSegment>& metadata,
             Value value) {
        fields.push_back({path, metadata, value});
    }
    /// A field that is known only now, because a pattern asked for it. The first one of a name
    /// counts.
    void add_matched(const std::vector<PathSegment>& group, std::string name, Value value) {
        if (std::ranges::find(names_, name) != names_.end()) {
            return;
        }
        names_.push_back(name);
        const auto& path = paths_.emplace_back(field_named(name));
        auto& metadata = metadata_.emplace_back(group);
        metadata.back() = PathSegment(std::move(name));
        add(path, metadata, value);
    }
    [[nodiscard]] Value text(std::string_view bytes) { return Value::copy_of(bytes, arena_); }

    std::vector<component::SourceField> fields;

private:
    Arena& arena_;
    std::vector<std::string> names_;
    std::list<std::optional<Path>> paths_;
    std::list<std::vector<PathSegment>> metadata_;
};

RequestFields::RequestFields(const Options& options, const config::GlobalOptions& globals)
    : fields_(globals, options.log_namespace, source_type),
      unwrap_(options.decoding.value_or(DecodingOptions{}).codec == "bytes"),
      path_key_(component::SourceFields::path_of(options.path_key)),
      path_metadata_(fields_.metadata_name("path")),
      host_key_(component::SourceFields::path_of(options.host_key)),
      host_metadata_(fields_.metadata_name("host")),
      headers_(wanted(options.headers, "headers")),
      query_(wanted(options.query_parameters, "query_parameters")) {}

std::vector<RequestFields::Wanted> RequestFields::wanted(const std::vector<std::string>& names,
                                                         std::string_view group) const {
    std::vector<Wanted> all;
    for (const std::string& name : names) {
        std::vector<PathSegment> metadata = fields_.metadata_name(group);
        metadata.emplace_back(name);
        all.push_back(
            {name, name.find('*') != std::string::npos, field_named(name), std::move(metadata)});
    }
    return all;
}

void RequestFields::add_headers(Collector& fields, const io::HttpRequest& request) const {
    for (const Wanted& wanted : headers_) {
        if (!wanted.wildcard) {
            const auto value = request.header(wanted.name);
            fields.add(wanted.path, wanted.metadata, value ? fields.text(*value) : Value::null());
            continue;
        }
        const std::string pattern = lower_case(wanted.name);
        for (const io::Header& header : request.headers) {
            std::string name = lower_case(header.name);
            if (matches_wildcard(pattern, name)) {
                fields.add_matched(wanted.metadata, std::move(name), fields.text(header.value));
            }
        }
    }
}

void RequestFields::add_query(Collector& fields, const io::HttpRequest& request) const {
    std::vector<QueryParameter> parameters = parse_query(request.query);
    std::ranges::reverse(parameters);  // of repeated ones the last counts
    for (const Wanted& wanted : query_) {
        if (!wanted.wildcard) {
            const auto found = std::ranges::find(parameters, wanted.name, &QueryParameter::name);
            fields.add(wanted.path, wanted.metadata,
                       found == parameters.end() ? Value::null() : fields.text(found->value));
            continue;
        }
        for (const QueryParameter& parameter : parameters) {
            if (matches_wildcard(wanted.name, parameter.name)) {
                fields.add_matched(wanted.metadata, parameter.name, fields.text(parameter.value));
            }
        }
    }
}

void RequestFields::add(Batch& batch, const io::HttpRequest& request, Timestamp now) const {
    if (batch.kind() != EventKind::Log) {
        return;
    }
    Collector collected(batch.arena());
    if (path_key_ || fields_.vector_namespace()) {
        collected.add(path_key_, path_metadata_, collected.text(request.path));
    }
    if (host_key_) {
        collected.add(host_key_, host_metadata_, collected.text(request.remote_address));
    }
    if (!headers_.empty()) {
        add_headers(collected, request);
    }
    if (!query_.empty()) {
        add_query(collected, request);
    }
    if (unwrap_) {
        fields_.place_messages(batch);
    }
    fields_.add_to_all(batch, collected.fields, now);
}

}  // namespace engine::sources::http_server
