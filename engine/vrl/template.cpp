#include "engine/vrl/template.hpp"

#include <fmt/format.h>

#include "engine/codec/byte_buffer.hpp"
#include "engine/codec/json_writer.hpp"
#include "engine/vrl/display.hpp"
#include "engine/vrl/strftime.hpp"
#include "engine/vrl/timezone.hpp"

namespace engine::vrl {

namespace {

std::string_view trimmed(std::string_view text) {
    while (text.starts_with(' ')) {
        text.remove_prefix(1);
    }
    while (text.ends_with(' ')) {
        text.remove_suffix(1);
    }
    return text;
}

void append_value(const Value& value, std::string& out) {
    switch (value.kind()) {
        case ValueKind::Bytes: {
            std::string buffer;
            out += utf8_lossy(value.as_bytes(), buffer);
            return;
        }
        case ValueKind::Timestamp:
            append_timestamp(value.as_timestamp(), out);
            return;
        case ValueKind::Null:
            out += "<null>";
            return;
        case ValueKind::Array:
        case ValueKind::Object: {
            ByteBuffer json;
            write_json(value, json);
            out += json.view();
            return;
        }
        default:
            display(value, out);
    }
}

bool append_metric_field(const Metric& metric, const Path& path, std::string& out) {
    const auto name = [&](std::size_t i) {
        return i < path.segments.size() && path.segments[i].field() != nullptr
                   ? std::string_view(*path.segments[i].field())
                   : std::string_view();
    };
    if (path.segments.size() == 1 && name(0) == "name") {
        out += metric.name;
        return true;
    }
    if (path.segments.size() == 1 && name(0) == "namespace" && !metric.name_space.empty()) {
        out += metric.name_space;
        return true;
    }
    if (path.segments.size() != 2 || name(0) != "tags") {
        return false;
    }
    for (const MetricTag& tag : metric.tags) {
        if (tag.key == name(1) && !tag.values.empty()) {
            append_value(tag.values.back(), out);
            return true;
        }
    }
    return false;
}

}  // namespace

std::optional<Template> Template::compile(const config::Located<std::string>& source,
                                          TemplateScope scope, const config::GlobalOptions& globals,
                                          config::OptionContext& problems) {
    auto parsed = parse(source.value, scope, timezone_of(globals.timezone));
    if (!parsed) {
        const auto [begin, end] = malformed_field(source.value, scope);
        problems.error(config::location_within(source.location, source.value, begin, end),
                       parsed.error().message);
        return std::nullopt;
    }
    return std::move(*parsed);
}

std::pair<std::size_t, std::size_t> Template::malformed_field(std::string_view text,
                                                              TemplateScope scope) {
    for (std::size_t begin = text.find("{{"); begin != std::string_view::npos;
         begin = text.find("{{", begin + 2)) {
        const std::size_t end = text.find("}}", begin);
        const bool escaped = begin > 0 && text[begin - 1] == '\\';
        if (end != std::string_view::npos && !escaped &&
            !field(trimmed(text.substr(begin + 2, end - begin - 2)), scope)) {
            return {begin, end + 2};
        }
    }
    return {0, text.size()};
}

Result<Template::Part> Template::field(std::string_view name, TemplateScope scope) {
    Part part;
    part.kind = Part::Kind::Field;
    part.text = name;
    if (scope == TemplateScope::Request) {
        const auto request = [&](Part::Kind kind, std::string_view text) {
            part.kind = kind;
            part.text = text;
            return part;
        };
        if (name == "method") {
            return request(Part::Kind::Method, name);
        }
        if (name == "path") {
            return request(Part::Kind::RequestPath, name);
        }
        if (name.starts_with("headers.") && name.size() > 8) {
            return request(Part::Kind::Header, name.substr(8));
        }
        if (name.starts_with("query.") && name.size() > 6) {
            return request(Part::Kind::Parameter, name.substr(6));
        }
    }
    auto path = Path::parse(name);
    if (!path) {
        return failure(fmt::format("Invalid field template `{}`: {}", name, path.error().message));
    }
    part.path = std::move(*path);
    return part;
}

Result<void> Template::add_text(std::string_view text) {
    if (text.empty()) {
        return {};
    }
    const TimeFormat format = classify_time_format(text);
    if (format == TimeFormat::Invalid) {
        return failure("Invalid strftime item");
    }
    const bool is_time = format == TimeFormat::Valid;
    if (!parts_.empty() && parts_.back().kind == Part::Kind::Text && !is_time) {
        parts_.back().text += text;
        return {};
    }
    parts_.push_back({is_time ? Part::Kind::Time : Part::Kind::Text, std::string(text), {}});
    return {};
}

Result<Template> Template::parse(std::string_view text, TemplateScope scope,
                                 absl::TimeZone timezone) {
    Template result;
    result.source_ = text;
    result.timezone_ = timezone;
    std::string pending;
    std::size_t position = 0;
    while (position < text.size()) {
        const std::string_view rest = text.substr(position);
        if (rest.starts_with("\\{{")) {
            pending += "{{";
            position += 3;
            continue;
        }
        const std::size_t end = rest.starts_with("{{") ? rest.find("}}") : std::string_view::npos;
        if (end == std::string_view::npos) {
            pending += rest[0];
            ++position;
            continue;
        }
        if (Result<void> added = result.add_text(pending); !added) {
            return std::unexpected(added.error());
        }
        pending.clear();
        Part part = ENGINE_TRY(field(trimmed(rest.substr(2, end - 2)), scope));
        result.reads_request_ = result.reads_request_ || part.kind >= Part::Kind::Header;
        result.parts_.push_back(std::move(part));
        position += end + 2;
    }
    if (Result<void> added = result.add_text(pending); !added) {
        return std::unexpected(added.error());
    }
    return result;
}

bool Template::is_dynamic() const {
    for (const Part& part : parts_) {
        if (part.kind != Part::Kind::Text) {
            return true;
        }
    }
    return false;
}

std::string_view Template::literal_prefix() const {
    if (parts_.empty()) {
        return {};
    }
    const Part& first = parts_.front();
    switch (first.kind) {
        case Part::Kind::Text:
            return first.text;
        case Part::Kind::Time:
            return std::string_view(first.text).substr(0, first.text.find('%'));
        default:
            return {};
    }
}

std::vector<std::string_view> Template::fields() const {
    std::vector<std::string_view> names;
    for (const Part& part : parts_) {
        if (part.kind != Part::Kind::Text && part.kind != Part::Kind::Time) {
            names.push_back(part.text);
        }
    }
    return names;
}

void Template::render_time(const Part& part, const Batch& batch, std::size_t index,
                           std::string& out) const {
    Timestamp time;
    bool known = false;
    if (batch.kind() == EventKind::Metric) {
        known = batch.metric(index).timestamp.has_value();
        time = batch.metric(index).timestamp.value_or(Timestamp{});
    } else if (const Value& root = batch.root(index); root.is_object()) {
        const Value* found = root.as_object().find("timestamp");
        known = found != nullptr && found->is_timestamp();
        time = known ? found->as_timestamp() : Timestamp{};
    }
    format_time(part.text, known ? time : Timestamp::now(), timezone_, out);
}

bool Template::render_part(const Part& part, const Batch& batch, std::size_t index,
                           std::string& out) {
    if (part.kind >= Part::Kind::Header) {
        const EnvelopeRef request = batch.envelope(index);
        if (!request) {
            return false;
        }
        std::string value;
        switch (part.kind) {
            case Part::Kind::Header:
                value = request->header(part.text);
                break;
            case Part::Kind::Parameter:
                if (!request->query_parameter(part.text, value)) {
                    return false;
                }
                break;
            case Part::Kind::Method:
                value = request->method;
                break;
            default:
                value = request->path;
        }
        out += value;
        return !value.empty();
    }
    if (part.path.target == PathTarget::Event && batch.kind() == EventKind::Metric) {
        return append_metric_field(batch.metric(index), part.path, out);
    }
    const Value& root =
        part.path.target == PathTarget::Event ? batch.root(index) : batch.metadata(index);
    const Value* value = get(root, part.path.segments);
    if (value == nullptr) {
        return false;
    }
    append_value(*value, out);
    return true;
}

Result<void> Template::render(const Batch& batch, std::size_t index, std::string& out) const {
    const std::size_t before = out.size();
    std::string missing;
    for (const Part& part : parts_) {
        if (part.kind == Part::Kind::Text) {
            out += part.text;
        } else if (part.kind == Part::Kind::Time) {
            render_time(part, batch, index, out);
        } else if (!render_part(part, batch, index, out)) {
            missing += fmt::format("{}\"{}\"", missing.empty() ? "" : ", ", part.text);
        }
    }
    if (missing.empty()) {
        return {};
    }
    out.resize(before);
    return failure(fmt::format("Missing fields on event: [{}]", missing));
}

}  // namespace engine::vrl
