#include "engine/vrl/condition.hpp"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>

#include "engine/diagnostic/render.hpp"
#include "engine/event/container.hpp"
#include "engine/vrl/dependence.hpp"
#include "engine/vrl/parser/parse.hpp"
#include "engine/vrl/report.hpp"
#include "engine/vrl/target.hpp"
#include "engine/vrl/timezone.hpp"

namespace engine::vrl {

namespace {

BoundName bound(std::string_view name, std::string_view field, Type type) {
    BoundName result{std::string(name), {}, std::move(type)};
    result.path.target = PathTarget::Metadata;
    if (field != name) {
        result.path.segments.emplace_back(std::string(field));
    }
    result.path.segments.emplace_back(std::string(name));
    return result;
}

std::vector<BoundName> bound_names(ConditionScope scope) {
    std::vector<BoundName> names;
    if (scope.request) {
        for (const std::string_view name : {"method", "path", "query"}) {
            names.push_back(bound(name, "request", kinds::bytes));
        }
        names.push_back(bound("headers", "request", Type(kinds::object | kinds::null)));
    }
    if (scope.partition) {
        names.push_back(bound("partition", "partition", Type(kinds::integer | kinds::null)));
        names.push_back(bound("partition_key", "partition_key", kinds::bytes));
    }
    return names;
}

/// Whoever names the partition where there is none needs to hear what would bring one.
void explain_partition(ConditionScope scope, std::string_view program,
                       std::vector<Diagnostic>& diagnostics) {
    if (scope.partition) {
        return;
    }
    for (Diagnostic& diagnostic : diagnostics) {
        const bool names_it = std::ranges::any_of(diagnostic.labels, [&](const Label& label) {
            const std::string_view word = program.substr(label.span.begin, label.span.size());
            return word == "partition" || word == "partition_key";
        });
        if (names_it) {
            diagnostic.notes.emplace_back(
                "only events behind a `partition` transform have a partition: put one upstream");
        }
    }
}

std::optional<EventKind> kind_named(std::string_view type) {
    if (type == "is_log") {
        return EventKind::Log;
    }
    if (type == "is_metric") {
        return EventKind::Metric;
    }
    if (type == "is_trace") {
        return EventKind::Trace;
    }
    return std::nullopt;
}

/// The error of a call that nothing in the program handles, at the call, which its text names.
Diagnostic run_time_error(std::string_view message) {
    Diagnostic diagnostic = Diagnostic::error(0, std::string(message));
    static const RE2 place("function call error for \"([a-z0-9_]+)\" at \\((\\d+):(\\d+)\\): ");
    std::string_view rest = message;
    std::string function;
    Span span;
    re2::StringPiece text(rest.data(), rest.size());
    if (!RE2::Consume(&text, place, &function, &span.begin, &span.end)) {
        return diagnostic;
    }
    const std::string detail(text.data(), text.size());
    diagnostic.labels.push_back({LabelStyle::Primary, span, detail});
    // The two functions whose message may be the user's own repeat it.
    if (function.starts_with("assert") && !detail.starts_with("assertion failed")) {
        diagnostic.notes.push_back(detail);
    }
    return diagnostic;
}

}  // namespace

std::optional<Condition> Condition::compile(const config::ConditionSource& source,
                                            ConditionScope scope,
                                            const config::GlobalOptions& globals,
                                            config::OptionContext& problems) {
    Condition condition;
    condition.kind_ = kind_named(source.type);
    if (condition.kind_) {
        return condition;
    }
    const config::Location& location = source.source.location;
    if (source.type == "datadog_search") {
        auto search = datadog::Search::compile(source.source.value);
        if (!search) {
            problems.error(location, fmt::format("invalid search query:\n{}", search.error()));
            return std::nullopt;
        }
        condition.search_ = std::move(*search);
        return condition;
    }
    if (source.type != "vrl") {
        problems.error(location,
                       fmt::format("conditions of type `{}` are not in this build", source.type));
        return std::nullopt;
    }
    CompileOptions options;
    options.bound = bound_names(scope);
    options.timezone = timezone_of(globals.timezone);
    options.has_metrics = true;
    options.tables = globals.tables;
    options.read_only.push_back({Path{}, true});
    options.read_only.push_back({Path{PathTarget::Metadata, {}}, true});
    const std::string& text = source.source.value;
    auto program = vrl::compile(SourceText("", text), options);
    if (!program) {
        explain_partition(scope, text, program.error());
        report(program.error(), text, location, problems);
        return std::nullopt;
    }
    report((*program)->warnings(), text, location, problems);
    if ((*program)->type().kinds() != kinds::boolean) {
        problems.error(location, fmt::format("a condition must resolve to a boolean, this one "
                                             "resolves to {}",
                                             (*program)->type().describe()));
        return std::nullopt;
    }
    condition.program_ = std::move(*program);
    condition.text_ = text;
    condition.decided_by_partition_ =
        scope.partition && depends_only_on(parse(SourceText("", text)).program, "partition");
    return condition;
}

bool Condition::matches(const Batch& batch, std::size_t index) const {
    if (kind_) {
        return batch.kind() == *kind_;
    }
    if (search_) {
        return batch.kind() != EventKind::Metric && search_->matches(batch.root(index));
    }
    const Outcome outcome = run_on(batch, index);
    return outcome.ok() && outcome.value.is_boolean() && outcome.value.as_boolean();
}

Outcome Condition::run_on(const Batch& batch, std::size_t index) const {
    thread_local Arena arena;
    thread_local Context context(arena);
    arena.rewind();
    const Access access = program_->uses_request() ? Access::ReadRequest : Access::Read;
    Target target = target_of(batch, index, access, arena);
    return run(*program_, target, context);
}

std::optional<std::string> Condition::failure(const Batch& batch, std::size_t index) const {
    if (matches(batch, index)) {
        return std::nullopt;
    }
    if (program_) {
        const Outcome outcome = run_on(batch, index);
        if (!outcome.ok()) {
            const SourceText source("", text_);
            // Errors while running have the code 000, which diagnostics leave out.
            return "source execution failed: \nerror[E000]" +
                   render(run_time_error(outcome.message), source, RenderStyle::Program)
                       .substr(std::string_view("error").size()) +
                   "\n";
        }
    }
    return "source execution resolved to false";
}

std::optional<bool> Condition::holds_for_partition(std::uint32_t partition) const {
    if (!decided_by_partition_) {
        return std::nullopt;
    }
    const BatchRef batch = Batch::make(EventKind::Log);
    batch->push(Value());
    insert(batch->writable_metadata(0), {PathSegment(std::string("partition"))},
           Value::integer(partition), batch->arena());
    return matches(*batch, 0);
}

}  // namespace engine::vrl
