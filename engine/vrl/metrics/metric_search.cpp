#include "engine/vrl/metrics/metric_search.hpp"

#include <algorithm>
#include <array>

namespace engine::vrl {

namespace {

/// Whether `*` in the pattern can stand for something so that it is the text. Linear: of all ways
/// only the last star's place needs another look.
bool matches_wildcards(std::string_view pattern, std::string_view text) {
    std::size_t at = 0;
    std::size_t from = 0;
    std::size_t star = std::string_view::npos;
    std::size_t resume = 0;
    while (at < text.size()) {
        if (from < pattern.size() && pattern[from] == '*') {
            star = from++;
            resume = at;
        } else if (from < pattern.size() && pattern[from] == text[at]) {
            ++from;
            ++at;
        } else if (star != std::string_view::npos) {
            from = star + 1;
            at = ++resume;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', from) == std::string_view::npos;
}

bool has_tags(const telemetry::Tags& tags, const ObjectNode& wanted) {
    for (std::uint32_t i = 0; i < wanted.size(); ++i) {
        const Value& value = wanted.values[i];
        const auto tag = std::ranges::find(tags, wanted.shape->key(i),
                                           &std::pair<std::string, std::string>::first);
        if (tag == tags.end() || !value.is_bytes() ||
            !matches_wildcards(value.as_bytes(), tag->second)) {
            return false;
        }
    }
    return true;
}

Value tags_object(const telemetry::Tags& tags, Arena& arena) {
    std::vector<Member> members;
    for (const auto& [key, value] : tags) {
        const Value text = Value::copy_of(value, arena);
        members.push_back({arena.copy(key), array_of({&text, 1}, arena)});
    }
    return object_of(members, arena);
}

}  // namespace

std::vector<FoundMetric> find_metrics(std::string_view name, const Value& tags) {
    std::vector<FoundMetric> found;
    const auto add = [&](std::string_view type) {
        return [&, type](std::string_view metric, const telemetry::Tags& of, const auto& value) {
            if (metric == name && (!tags.is_object() || has_tags(of, tags.as_object()))) {
                found.push_back(
                    {std::string(metric), of, type, static_cast<double>(value.value())});
            }
        };
    };
    telemetry::MetricsRegistry::instance().visit(add("counter"), add("gauge"));
    return found;
}

Value metric_object(const FoundMetric& metric, Arena& arena) {
    std::array<Member, 5> members{Member{"kind", Value::bytes("absolute")},
                                  Member{"name", Value::copy_of(metric.name, arena)},
                                  Member{"tags", tags_object(metric.tags, arena)},
                                  Member{"type", Value::bytes(metric.type)},
                                  Member{"value", Value::floating(metric.value)}};
    return object_of(members, arena);
}

Type metric_type() {
    return Type::object({{"kind", kinds::bytes},
                         {"name", kinds::bytes},
                         {"tags", Type::object_of(Type::array_of(kinds::bytes))},
                         {"type", kinds::bytes},
                         {"value", kinds::floating}});
}

Prepared require_metrics(Preparation& call) {
    if (call.has_metrics()) {
        return nullptr;
    }
    return std::unexpected(CompileError{.code = 112,
                                        .message = "metrics storage not loaded",
                                        .labels = {"VRL metrics error: metrics storage not loaded"},
                                        .is_documented = false});
}

}  // namespace engine::vrl
